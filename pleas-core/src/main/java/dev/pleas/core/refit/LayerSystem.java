package dev.pleas.core.refit;

import dev.pleas.core.partial.BlockLayout;
import dev.pleas.core.partial.BlockLayout.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One of the independent least-squares systems of a layer: which output units are solved on which
 * columns.
 *
 * @param rows output units of the merged layer; not to be modified
 * @param columns columns of the unfolded inputs (channel·taps + tap) they may use; not to be
 *     modified
 */
@SuppressWarnings("ArrayRecordComponent")
record LayerSystem(int[] rows, int[] columns) {

  /** Returns the systems of a convolution in groups: each group is one. */
  static List<LayerSystem> ofGroups(WeightMatrix form) {
    List<LayerSystem> systems = new ArrayList<>();
    int rows = form.shape().dim(0) / form.groups();
    int columns = form.rows() / form.groups();
    for (int g = 0; g < form.groups(); g++) {
      systems.add(
          new LayerSystem(
              IntStream.range(g * rows, (g + 1) * rows).toArray(),
              IntStream.range(g * columns, (g + 1) * columns).toArray()));
    }
    return systems;
  }

  /**
   * Returns the systems of a layer without groups: each block of output units uses the columns of
   * the blocks that it sees, {M, S_A} for S_A and all for M; the others stay zero.
   *
   * @param taps kernel positions; 1 for a linear layer
   */
  static List<LayerSystem> of(BlockLayout outputs, BlockLayout inputs, int taps) {
    List<LayerSystem> systems = new ArrayList<>();
    for (Block block : outputs.blocks()) {
      int[] columns =
          inputs.blocks().stream()
              .filter(other -> BlockLayout.sees(block, other))
              .flatMapToInt(other -> IntStream.of(other.indices()))
              .sorted()
              .flatMap(c -> IntStream.range(c * taps, (c + 1) * taps))
              .toArray();
      if (columns.length > 0) {
        systems.add(new LayerSystem(block.indices(), columns));
      }
    }
    return systems;
  }
}
