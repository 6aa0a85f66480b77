package dev.pleas.core.partial;

import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;

/**
 * The weights of the merged network before the refit (ALGORITHM: partial merging; PLeaS, section
 * 3.3). By blocks, rows for outputs and columns for inputs:
 *
 * <pre>
 *          M              S_A     S_B
 *   M    (W_A + W_B)/2   W_A/2   W_B/2
 *   S_A   W_A            W_A     0
 *   S_B   W_B            0       W_B
 * </pre>
 *
 * Vectors are [mean, A, B], and so is each column of a parameter whose axis 1 are positions. So if
 * every unit is apart, the network is the ensemble of both.
 */
final class InitialWeights {
  private InitialWeights() {}

  /**
   * Returns the merged parameter.
   *
   * @param a A's, of rank 1 or more; axis 0 are outputs, axis 1 (if any) inputs or positions
   * @param b B's
   * @param outputs layout of axis 0
   * @param inputs layout of axis 1; ignored for vectors
   */
  static HostTensor of(HostTensor a, HostTensor b, BlockLayout outputs, BlockLayout inputs) {
    boolean vector = a.shape().rank() == 1;
    Shape merged = a.shape().with(0, outputs.width());
    int columns = 1;
    if (!vector) {
      merged = merged.with(1, inputs.width());
      columns = inputs.width();
    }
    int inner = Math.toIntExact(a.shape().elementsFrom(Math.min(2, a.shape().rank())));
    float[] out = new float[Math.toIntExact(merged.elements())];
    int m = outputs.mergedA().length;
    int[] one = {0};
    add(out, a, outputs.fromA(), vector ? one : inputs.fromA(), m, columns, inner);
    add(out, b, outputs.fromB(), vector ? one : inputs.fromB(), m, columns, inner);
    return HostTensor.wrap(merged, out);
  }

  /** Adds one source's share: half of it in the first {@code halved} rows, all of it below. */
  private static void add(
      float[] out, HostTensor source, int[] rows, int[] columns, int halved, int width, int inner) {
    float[] in = source.values();
    int sourceWidth = source.shape().rank() == 1 ? 1 : source.shape().dim(1);
    for (int r = 0; r < rows.length; r++) {
      float factor = r < halved ? 0.5f : 1f;
      for (int c = 0; c < columns.length && rows[r] >= 0; c++) {
        if (columns[c] >= 0) {
          int to = (r * width + c) * inner;
          int from = (rows[r] * sourceWidth + columns[c]) * inner;
          for (int k = 0; k < inner; k++) {
            out[to + k] += factor * in[from + k];
          }
        }
      }
    }
  }
}
