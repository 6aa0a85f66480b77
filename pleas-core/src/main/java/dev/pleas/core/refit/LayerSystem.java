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

  /**
   * Returns the systems of a layer: units of S_A use the columns of {M, S_A}, units of S_B those of
   * {M, S_B}, merged units use all; the blocks between S_A and S_B stay zero. With groups, each
   * group is a system of its own.
   *
   * @param taps kernel positions; 1 for a linear layer
   * @param groups of a convolution
   */
  static List<LayerSystem> of(BlockLayout outputs, BlockLayout inputs, int taps, int groups) {
    List<LayerSystem> systems = new ArrayList<>();
    if (groups > 1) {
      int rows = outputs.width() / groups;
      int channels = inputs.width() / groups;
      for (int g = 0; g < groups; g++) {
        systems.add(
            new LayerSystem(
                IntStream.range(g * rows, (g + 1) * rows).toArray(),
                IntStream.range(g * channels * taps, (g + 1) * channels * taps).toArray()));
      }
      return systems;
    }
    for (Block block : Block.values()) {
      int[] rows = outputs.indices(block);
      int[] columns =
          IntStream.range(0, inputs.width())
              .filter(c -> sees(block, inputs.block(c)))
              .flatMap(c -> IntStream.range(c * taps, (c + 1) * taps))
              .toArray();
      if (rows.length > 0 && columns.length > 0) {
        systems.add(new LayerSystem(rows, columns));
      }
    }
    return systems;
  }

  private static boolean sees(Block output, Block input) {
    return output == Block.MERGED || input == Block.MERGED || input == output;
  }
}
