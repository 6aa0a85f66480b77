package dev.pleas.core.partial;

import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The weights of the merged network before the refit (PLeaS, section 3.3, for any number of
 * sources). An output in which the sources T have a part is the mean of theirs, and an input in
 * which the sources U have a part stands for the input of each of them, so the weight between them
 * is Σ W_s / |T| over the sources s in both. For two sources, rows for outputs and columns for
 * inputs:
 *
 * <pre>
 *          M              S_A     S_B
 *   M    (W_A + W_B)/2   W_A/2   W_B/2
 *   S_A   W_A            W_A     0
 *   S_B   W_B            0       W_B
 * </pre>
 *
 * Vectors are [mean, A, B], and so is each column of a parameter whose axis 1 are positions. So if
 * every unit is apart, the network is the ensemble of all.
 */
final class InitialWeights {
  private InitialWeights() {}

  /**
   * Returns the merged parameter.
   *
   * @param sources the parameter in each source, of rank 1 or more; axis 0 are outputs, axis 1 (if
   *     any) inputs or positions
   * @param outputs layout of axis 0
   * @param inputs layout of axis 1; ignored for vectors
   */
  static HostTensor of(List<HostTensor> sources, BlockLayout outputs, BlockLayout inputs) {
    Shape shape = sources.get(0).shape();
    boolean vector = shape.rank() == 1;
    Shape merged = shape.with(0, outputs.width());
    if (!vector) {
      merged = merged.with(1, inputs.width());
    }
    int inner = Math.toIntExact(shape.elementsFrom(Math.min(2, shape.rank())));
    float[] out = new float[Math.toIntExact(merged.elements())];
    for (int s = 0; s < sources.size(); s++) {
      int source = s;
      int[] columns =
          vector
              ? new int[1]
              : IntStream.range(0, inputs.width()).map(c -> inputs.unit(source, c)).toArray();
      add(out, sources.get(s), s, outputs, columns, inner);
    }
    return HostTensor.wrap(merged, out);
  }

  /** Adds one source's share. */
  private static void add(
      float[] out, HostTensor source, int s, BlockLayout outputs, int[] columns, int inner) {
    float[] in = source.values();
    int sourceWidth = source.shape().rank() == 1 ? 1 : source.shape().dim(1);
    for (int r = 0; r < outputs.width(); r++) {
      int row = outputs.unit(s, r);
      float factor = 1f / outputs.members(r).size();
      for (int c = 0; c < columns.length && row >= 0; c++) {
        if (columns[c] >= 0) {
          int to = (r * columns.length + c) * inner;
          int from = (row * sourceWidth + columns[c]) * inner;
          for (int k = 0; k < inner; k++) {
            out[to + k] += factor * in[from + k];
          }
        }
      }
    }
  }
}
