package dev.pleas.core.partial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.core.partial.BlockLayout.Block;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BlockLayoutTest {
  private static final Permutation PAIRS = Permutation.of(2, 0, 3, 1);

  /** Pairs (0, 2), (1, 0), (2, 3), (3, 1) have similarities 0.5, 0.9, 0.1 and 0.7. */
  private static final Matrix SIMILARITY =
      Matrix.wrap(4, 4, new double[] {9, 9, 0.5, 9, 0.9, 9, 9, 9, 9, 9, 9, 0.1, 9, 0.7, 9, 9});

  @Test
  void of_merging2Of4_takesTheMostSimilarPairsInOrderOfA() {
    BlockLayout layout = BlockLayout.of(PAIRS, SIMILARITY, 2);

    assertThat(layout.mergedA()).containsExactly(1, 3);
    assertThat(layout.mergedB()).containsExactly(0, 1);
    assertThat(layout.apartA()).containsExactly(0, 2);
    assertThat(layout.apartB()).containsExactly(2, 3);
    assertThat(layout.width()).isEqualTo(6);
    assertThat(layout.sizeA()).isEqualTo(4);
    assertThat(layout.sizeB()).isEqualTo(4);
    assertThat(layout.indices(Block.MERGED)).containsExactly(0, 1);
    assertThat(layout.indices(Block.APART_A)).containsExactly(2, 3);
    assertThat(layout.indices(Block.APART_B)).containsExactly(4, 5);
    assertThat(layout.fromA()).containsExactly(1, 3, 0, 2, -1, -1);
    assertThat(layout.fromB()).containsExactly(0, 1, -1, -1, 2, 3);
    assertThat(layout).hasToString("2 merged, 2 + 2 apart");
    assertThat(IntStream.range(0, 6).mapToObj(layout::block))
        .containsExactly(
            Block.MERGED, Block.MERGED, Block.APART_A, Block.APART_A, Block.APART_B, Block.APART_B);
  }

  @Test
  void of_mergingAllOrNone_hasEmptyBlocks() {
    BlockLayout all = BlockLayout.of(PAIRS, SIMILARITY, 4);
    assertThat(all.mergedB()).containsExactly(2, 0, 3, 1);
    assertThat(all.apartA()).isEmpty();
    assertThat(all.width()).isEqualTo(4);

    BlockLayout none = BlockLayout.of(PAIRS, SIMILARITY, 0);
    assertThat(none.mergedA()).isEmpty();
    assertThat(none.apartA()).containsExactly(0, 1, 2, 3);
    assertThat(none.apartB()).containsExactly(2, 0, 3, 1);
    assertThat(none.width()).isEqualTo(8);
  }

  @Test
  void of_equalSimilarities_mergesTheSmallerIndices() {
    Matrix equal = Matrix.wrap(4, 4, new double[16]);

    assertThat(BlockLayout.of(PAIRS, equal, 3).mergedA()).containsExactly(0, 1, 2);
  }

  @Test
  void shared_pairsEqualIndices() {
    BlockLayout shared = BlockLayout.shared(3);

    assertThat(shared.mergedA()).containsExactly(0, 1, 2).isEqualTo(shared.mergedB());
    assertThat(shared.width()).isEqualTo(3);
    assertThat(shared)
        .isEqualTo(BlockLayout.of(Permutation.identity(3), Matrix.wrap(3, 3, new double[9]), 3))
        .hasSameHashCodeAs(BlockLayout.shared(3))
        .isNotEqualTo(BlockLayout.apart(3, 0));
  }

  @Test
  void apart_ofDifferentSizes_keepsBoth() {
    BlockLayout apart = BlockLayout.apart(2, 3);

    assertThat(apart.fromA()).containsExactly(0, 1, -1, -1, -1);
    assertThat(apart.fromB()).containsExactly(-1, -1, 0, 1, 2);
    assertThat(apart.sizeA()).isEqualTo(2);
    assertThat(apart.sizeB()).isEqualTo(3);
  }

  @Test
  void new_unpairedUnits_areRefused() {
    assertThatThrownBy(() -> new BlockLayout(new int[2], new int[1], new int[0], new int[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 units of A are merged with 1 of B");
  }
}
