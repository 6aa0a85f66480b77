package dev.pleas.cpu.tensor;

import org.jspecify.annotations.Nullable;

/** Layer normalization over the channels of [N, C, L], with mean and variance in float64. */
final class LayerNormalization {
  /** Elements of the block of positions, over all channels, that is handled at a time. */
  private static final int BLOCK = 1 << 15;

  private LayerNormalization() {}

  /**
   * y[n, c, l] = (x[n, c, l] − mean) / √(variance + epsilon) · weight[c] + bias[c].
   *
   * @param weight C values, C &gt; 0
   * @param bias C values, or null for none
   * @param samples N
   * @param positions L
   */
  static void apply(
      Floats x,
      float[] weight,
      float @Nullable [] bias,
      double epsilon,
      Floats y,
      int samples,
      int positions) {
    int channels = weight.length;
    int width = Math.max(1, Math.min(positions, BLOCK / channels));
    int blocks = (positions + width - 1) / width;
    Parallel.forEach(
        Math.multiplyExact(samples, blocks),
        (long) samples * channels * positions,
        item -> {
          int from = item % blocks * width;
          int length = Math.min(width, positions - from);
          long at = (long) (item / blocks) * channels * positions + from;
          float[] block = new float[channels * length];
          for (int c = 0; c < channels; c++) {
            x.read(at + (long) c * positions, block, c * length, length);
          }
          normalize(block, weight, bias, epsilon, length);
          for (int c = 0; c < channels; c++) {
            y.write(at + (long) c * positions, block, c * length, length);
          }
        });
  }

  private static void normalize(
      float[] block, float[] weight, float @Nullable [] bias, double epsilon, int length) {
    int channels = weight.length;
    double[] mean = new double[length];
    double[] scale = new double[length];
    for (int k = 0; k < block.length; k++) {
      mean[k % length] += block[k];
    }
    for (int l = 0; l < length; l++) {
      mean[l] /= channels;
    }
    for (int c = 0; c < channels; c++) {
      for (int l = 0; l < length; l++) {
        double d = block[c * length + l] - mean[l];
        scale[l] += d * d;
      }
    }
    for (int l = 0; l < length; l++) {
      scale[l] = 1 / Math.sqrt(scale[l] / channels + epsilon);
    }
    for (int c = 0; c < channels; c++) {
      double shift = bias == null ? 0 : bias[c];
      for (int l = 0; l < length; l++) {
        int k = c * length + l;
        block[k] = (float) ((block[k] - mean[l]) * scale[l] * weight[c] + shift);
      }
    }
  }
}
