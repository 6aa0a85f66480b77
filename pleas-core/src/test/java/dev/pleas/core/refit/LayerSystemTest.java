package dev.pleas.core.refit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.tensor.Shape;
import dev.pleas.core.partial.BlockLayout;
import dev.pleas.core.partial.PairLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayerSystemTest {
  private static final int[] NONE = {};

  /** One pair merged, one unit of A and two of B apart. */
  private static final BlockLayout MIXED =
      PairLayout.of(new int[] {0}, new int[] {0}, new int[] {1}, new int[] {1, 2});

  @Test
  void of_mixedLayouts_isOneSystemForEachBlockOfOutputs() {
    List<LayerSystem> systems = LayerSystem.of(MIXED, MIXED, 1);

    assertThat(systems).hasSize(3);
    assertSystem(systems.get(0), new int[] {0}, new int[] {0, 1, 2, 3});
    assertSystem(systems.get(1), new int[] {1}, new int[] {0, 1});
    assertSystem(systems.get(2), new int[] {2, 3}, new int[] {0, 2, 3});
  }

  @Test
  void of_convolution_takesAllTapsOfAChannel() {
    List<LayerSystem> systems = LayerSystem.of(MIXED, MIXED, 2);

    assertSystem(systems.get(1), new int[] {1}, new int[] {0, 1, 2, 3});
    assertSystem(systems.get(2), new int[] {2, 3}, new int[] {0, 1, 4, 5, 6, 7});
  }

  @Test
  void of_outputsShared_isOneSystemOnAllColumns() {
    List<LayerSystem> systems = LayerSystem.of(BlockLayout.shared(2, 2), MIXED, 1);

    assertThat(systems).hasSize(1);
    assertSystem(systems.get(0), new int[] {0, 1}, new int[] {0, 1, 2, 3});
  }

  @Test
  void of_everythingApart_neverCrosses() {
    BlockLayout apart = BlockLayout.apart(1, 2);
    List<LayerSystem> systems = LayerSystem.of(apart, apart, 1);

    assertThat(systems).hasSize(2);
    assertSystem(systems.get(0), new int[] {0}, new int[] {0});
    assertSystem(systems.get(1), new int[] {1, 2}, new int[] {1, 2});
  }

  @Test
  void of_blockThatSeesNoColumn_isLeftOut() {
    BlockLayout onlyA = PairLayout.of(NONE, NONE, new int[] {0}, NONE);
    BlockLayout onlyB = PairLayout.of(NONE, NONE, NONE, new int[] {0});

    assertThat(LayerSystem.of(onlyA, onlyB, 1)).isEmpty();
  }

  @Test
  void of_groupedConvolution_isOneSystemForEachGroup() {
    List<LayerSystem> systems = LayerSystem.ofGroups(new WeightMatrix(Shape.of(2, 2, 3), 2));

    assertThat(systems).hasSize(2);
    assertSystem(systems.get(0), new int[] {0}, new int[] {0, 1, 2, 3, 4, 5});
    assertSystem(systems.get(1), new int[] {1}, new int[] {6, 7, 8, 9, 10, 11});
  }

  private static void assertSystem(LayerSystem system, int[] rows, int[] columns) {
    assertThat(system.rows()).isEqualTo(rows);
    assertThat(system.columns()).isEqualTo(columns);
  }
}
