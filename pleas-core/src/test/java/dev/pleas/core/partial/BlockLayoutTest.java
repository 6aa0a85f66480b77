package dev.pleas.core.partial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.permutation.Axis;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BlockLayoutTest {
  private static final Permutation SECOND = Permutation.of(2, 0, 3, 1);
  private static final Permutation THIRD = Permutation.of(3, 2, 1, 0);

  private static final double[] SIMILARITY = {0.5, 0.9, 0.1, 0.7};

  private static final Component COMPONENT =
      new Component(
          1, new TreeSet<>(List.of(new Axis("w", 0), new Axis("v", 1))), List.of("units"));

  private static BlockLayout merging(int merged, Permutation... others) {
    return merging(SIMILARITY, merged, others);
  }

  private static BlockLayout merging(double[] similarity, int merged, Permutation... others) {
    Group group = new Group("units", 4, List.of(COMPONENT));
    List<UnitPermutation> permutations =
        IntStream.rangeClosed(0, others.length)
            .mapToObj(s -> s == 0 ? Permutation.identity(4) : others[s - 1])
            .map(UnitPermutation::of)
            .toList();
    return Layouts.of(group, permutations, similarity, merged).get(COMPONENT);
  }

  private static int[] units(BlockLayout layout, int source) {
    return IntStream.range(0, layout.width()).map(i -> layout.unit(source, i)).toArray();
  }

  @Test
  void of_merging2Of4_takesTheMostSimilarPairsInOrderOfA() {
    BlockLayout layout = merging(2, SECOND);

    assertThat(units(layout, 0)).containsExactly(1, 3, 0, 2, -1, -1);
    assertThat(units(layout, 1)).containsExactly(0, 1, -1, -1, 2, 3);
    assertThat(layout.width()).isEqualTo(6);
    assertThat(layout.sources()).isEqualTo(2);
    assertThat(layout.size(0)).isEqualTo(4);
    assertThat(layout.size(1)).isEqualTo(4);
    assertThat(layout.blocks()).hasSize(3);
    assertThat(layout.blocks().get(0).sources()).containsExactly(0, 1);
    assertThat(layout.blocks().get(0).merged()).isTrue();
    assertThat(layout.blocks().get(0).indices()).containsExactly(0, 1);
    assertThat(layout.blocks().get(1).sources()).containsExactly(0);
    assertThat(layout.blocks().get(1).merged()).isFalse();
    assertThat(layout.blocks().get(1).indices()).containsExactly(2, 3);
    assertThat(layout.blocks().get(2).indices()).containsExactly(4, 5);
    assertThat(layout).hasToString("2 of [0, 1], 2 of [0], 2 of [1]");
  }

  @Test
  void of_threeSources_keepsEachOnesUnitsOfOtherSetsApart() {
    BlockLayout layout = merging(3, SECOND, THIRD);

    assertThat(units(layout, 0)).containsExactly(0, 1, 3, 2, -1, -1);
    assertThat(units(layout, 1)).containsExactly(2, 0, 1, -1, 3, -1);
    assertThat(units(layout, 2)).containsExactly(3, 2, 0, -1, -1, 1);
    assertThat(layout.members(1)).containsExactly(0, 1, 2);
    assertThat(layout.members(5)).containsExactly(2);
    assertThat(layout.units(2, new int[] {0, 5})).containsExactly(3, 1);
    assertThat(layout.allApart()).isFalse();
  }

  @Test
  void of_mergingAllOrNone_hasNoOtherBlocks() {
    BlockLayout all = merging(4, SECOND);
    assertThat(units(all, 1)).containsExactly(2, 0, 3, 1);
    assertThat(all.width()).isEqualTo(4);

    BlockLayout none = merging(0, SECOND);
    assertThat(units(none, 0)).containsExactly(0, 1, 2, 3, -1, -1, -1, -1);
    assertThat(units(none, 1)).containsExactly(-1, -1, -1, -1, 2, 0, 3, 1);
    assertThat(none.allApart()).isTrue();
  }

  @Test
  void of_equalSimilarities_mergesTheSmallerIndices() {
    assertThat(units(merging(new double[4], 3, SECOND), 0)).containsExactly(0, 1, 2, 3, -1);
  }

  @Test
  void shared_pairsEqualIndices() {
    BlockLayout shared = BlockLayout.shared(3, 4);

    assertThat(units(shared, 0)).containsExactly(0, 1, 2, 3).isEqualTo(units(shared, 2));
    assertThat(shared)
        .isEqualTo(merging(4, Permutation.identity(4), Permutation.identity(4)))
        .hasSameHashCodeAs(BlockLayout.shared(3, 4))
        .isNotEqualTo(BlockLayout.shared(2, 4))
        .isNotEqualTo(BlockLayout.apart(4, 0, 0));
  }

  @Test
  void apart_ofDifferentSizes_keepsAll() {
    BlockLayout apart = BlockLayout.apart(2, 3);

    assertThat(units(apart, 0)).containsExactly(0, 1, -1, -1, -1);
    assertThat(units(apart, 1)).containsExactly(-1, -1, 0, 1, 2);
    assertThat(apart.size(0)).isEqualTo(2);
    assertThat(apart.size(1)).isEqualTo(3);
  }

  @Test
  void of_unitsInAnyOrder_areBlocksByTheirSources() {
    BlockLayout union = BlockLayout.of(new int[] {0, 1, -1, 2}, new int[] {-1, 0, 1, 2});

    assertThat(union.blocks()).hasSize(3);
    assertThat(union.blocks().get(1).sources()).containsExactly(0, 1);
    assertThat(union.blocks().get(1).indices()).containsExactly(1, 3);
    assertThat(BlockLayout.sees(union.blocks().get(0), union.blocks().get(1))).isTrue();
    assertThat(BlockLayout.sees(union.blocks().get(0), union.blocks().get(2))).isFalse();
  }

  @Test
  void of_whatIsNoLayout_isRefused() {
    assertThatThrownBy(() -> BlockLayout.of(new int[] {0, 1}, new int[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("layouts of 2 and 1 units");
    assertThatThrownBy(() -> BlockLayout.of(new int[] {0, 0}, new int[] {0, 1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("entry 1 is 0, which occurs twice");
    assertThatThrownBy(() -> BlockLayout.of(new int[] {0, -1}, new int[] {0, -1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no source has a part in unit 1");
  }
}
