package dev.pleas.cpu.tensor;

import dev.pleas.api.graph.Window;
import java.util.Arrays;

/** Lays out the patches under a sliding window as the columns of a matrix (im2col). */
final class Patches {
  private Patches() {}

  /**
   * y[n, c·taps + tap, l] = x under tap {@code tap} of channel c at position l, 0 in the padding.
   *
   * @param x elements from {@code xAt} on are [samples, channels, height, width]
   * @param y gets [samples, channels·taps, positions]
   */
  static void unfold(
      Floats x,
      long xAt,
      Floats y,
      int samples,
      int channels,
      int height,
      int width,
      Window window) {
    int outHeight = window.outputHeight(height);
    int outWidth = window.outputWidth(width);
    int plane = height * width;
    int positions = outHeight * outWidth;
    int taps = window.taps();
    int planes = Math.multiplyExact(samples, channels);
    Parallel.forEach(
        planes,
        (long) planes * taps * positions,
        p -> {
          float[] in = new float[plane];
          float[] out = new float[positions];
          x.read(xAt + (long) p * plane, in, 0, plane);
          for (int tap = 0; tap < taps; tap++) {
            int i = tap / window.kernelWidth();
            int j = tap % window.kernelWidth();
            for (int row = 0; row < outHeight; row++) {
              int from =
                  row * window.strideHeight() - window.padHeight() + i * window.dilationHeight();
              if (from < 0 || from >= height) {
                Arrays.fill(out, row * outWidth, (row + 1) * outWidth, 0f);
              } else {
                int left = j * window.dilationWidth() - window.padWidth();
                row(
                    in,
                    from * width,
                    width,
                    left,
                    window.strideWidth(),
                    out,
                    row * outWidth,
                    outWidth);
              }
            }
            y.write(((long) p * taps + tap) * positions, out, 0, positions);
          }
        });
  }

  /** out[k] = in[left + k·stride], 0 where that is outside 0 … width−1. */
  private static void row(
      float[] in, int inAt, int width, int left, int stride, float[] out, int outAt, int outWidth) {
    int first = left >= 0 ? 0 : Math.min(outWidth, (-left + stride - 1) / stride);
    int end = left >= width ? 0 : Math.min(outWidth, (width - 1 - left) / stride + 1);
    if (end <= first) {
      Arrays.fill(out, outAt, outAt + outWidth, 0f);
      return;
    }
    Arrays.fill(out, outAt, outAt + first, 0f);
    if (stride == 1) {
      System.arraycopy(in, inAt + left + first, out, outAt + first, end - first);
    } else {
      for (int k = first; k < end; k++) {
        out[outAt + k] = in[inAt + left + k * stride];
      }
    }
    Arrays.fill(out, outAt + end, outAt + outWidth, 0f);
  }
}
