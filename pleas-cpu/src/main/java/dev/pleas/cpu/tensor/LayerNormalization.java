package dev.pleas.cpu.tensor;

import org.jspecify.annotations.Nullable;

/**
 * Layer normalization over the channels of [N, C, L], with mean and variance in float64: squares of
 * float32 do not overflow there, and the mean of equal channels is what they are, so that they
 * become the bias.
 *
 * @param weight C values, C &gt; 0
 * @param bias C values, or null for none
 * @param epsilon added to the variance
 */
@SuppressWarnings("ArrayRecordComponent") // Neither compared nor handed on.
record LayerNormalization(float[] weight, float @Nullable [] bias, double epsilon) {
  /** Elements of the block of positions, over all channels, that is handled at a time: 128 KiB. */
  private static final int BLOCK = 1 << 15;

  /** Fewer positions at a time would cost more to fetch than to normalize. */
  private static final int NARROWEST = 16;

  /**
   * y[n, c, l] = (x[n, c, l] − mean) / √(variance + epsilon) · weight[c] + bias[c].
   *
   * @param x [N, C, L]
   * @param y gets the result
   * @param samples N
   * @param positions L
   */
  void apply(Floats x, Floats y, int samples, int positions) {
    int channels = weight.length;
    int width = Math.min(positions, Math.max(NARROWEST, BLOCK / channels));
    int blocks = (positions + width - 1) / width;
    Parallel.forEach(
        Math.multiplyExact(samples, blocks),
        (long) samples * channels * positions,
        item -> {
          int from = item % blocks * width;
          int length = Math.min(width, positions - from);
          long at = (long) (item / blocks) * channels * positions + from;
          float[] block = new float[Math.multiplyExact(channels, length)];
          if (length == positions) {
            x.read(at, block, 0, block.length);
            normalize(block, length);
            y.write(at, block, 0, block.length);
            return;
          }
          for (int c = 0; c < channels; c++) {
            x.read(at + (long) c * positions, block, c * length, length);
          }
          normalize(block, length);
          for (int c = 0; c < channels; c++) {
            y.write(at + (long) c * positions, block, c * length, length);
          }
        });
  }

  /** Normalizes each column of a C×length block. */
  private void normalize(float[] block, int length) {
    double[] mean = new double[length];
    double[] factor = new double[length];
    for (int at = 0; at < block.length; at += length) {
      for (int l = 0; l < length; l++) {
        mean[l] += block[at + l];
      }
    }
    for (int l = 0; l < length; l++) {
      mean[l] /= weight.length;
    }
    for (int at = 0; at < block.length; at += length) {
      for (int l = 0; l < length; l++) {
        double d = block[at + l] - mean[l];
        factor[l] += d * d;
      }
    }
    for (int l = 0; l < length; l++) {
      factor[l] = 1 / Math.sqrt(factor[l] / weight.length + epsilon);
    }
    for (int c = 0; c < weight.length; c++) {
      double scale = weight[c];
      double shift = bias == null ? 0 : bias[c];
      int at = c * length;
      for (int l = 0; l < length; l++) {
        block[at + l] = (float) ((block[at + l] - mean[l]) * factor[l] * scale + shift);
      }
    }
  }
}
