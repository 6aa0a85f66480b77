package dev.pleas.cpu.tensor;

import dev.pleas.api.graph.Window;
import java.util.Arrays;

/** Lays out the patches under a sliding window as the columns of a matrix (im2col). */
final class Patches {
  private Patches() {}

  /**
   * y[c·taps + tap, l] = x under tap {@code tap} of plane c at position l, 0 in the padding.
   *
   * @param x elements from {@code xAt} on are [planes, height, width]
   * @param y gets [planes·taps, positions]
   */
  static void unfold(
      Floats x, long xAt, Floats y, int planes, int height, int width, Window window) {
    int outHeight = window.outputHeight(height);
    int outWidth = window.outputWidth(width);
    int plane = height * width;
    int positions = outHeight * outWidth;
    int taps = window.taps();
    boolean shifted =
        window.strideHeight() == 1
            && window.strideWidth() == 1
            && outHeight == height
            && outWidth == width;
    Parallel.forEach(
        planes,
        (long) planes * taps * positions,
        p -> {
          float[] in = new float[plane];
          float[] out = new float[positions];
          x.read(xAt + (long) p * plane, in, 0, plane);
          for (int tap = 0; tap < taps; tap++) {
            int up = tap / window.kernelWidth() * window.dilationHeight() - window.padHeight();
            int left = tap % window.kernelWidth() * window.dilationWidth() - window.padWidth();
            if (shifted) {
              shift(in, height, width, up, left, out);
            } else {
              for (int row = 0; row < outHeight; row++) {
                int from = row * window.strideHeight() + up;
                if (from < 0 || from >= height) {
                  Arrays.fill(out, row * outWidth, (row + 1) * outWidth, 0f);
                } else {
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
            }
            y.write(((long) p * taps + tap) * positions, out, 0, positions);
          }
        });
  }

  /**
   * y[n, c·taps + tap, i] = x under tap {@code tap} of channel c at position {@code positions[i]},
   * 0 in the padding.
   *
   * @param y gets [samples, channels·taps, positions.length]
   */
  static void unfold(
      Floats x, Floats y, int planes, int height, int width, Window window, int[] positions) {
    int outWidth = window.outputWidth(width);
    int count = positions.length;
    int taps = window.taps();
    int plane = height * width;
    Parallel.forEach(
        planes,
        (long) planes * (plane + taps * count),
        p -> {
          float[] in = new float[plane];
          float[] out = new float[taps * count];
          x.read((long) p * plane, in, 0, plane);
          for (int i = 0; i < count; i++) {
            int top = positions[i] / outWidth * window.strideHeight() - window.padHeight();
            int left = positions[i] % outWidth * window.strideWidth() - window.padWidth();
            for (int tap = 0; tap < taps; tap++) {
              int row = top + tap / window.kernelWidth() * window.dilationHeight();
              int column = left + tap % window.kernelWidth() * window.dilationWidth();
              if (row >= 0 && row < height && column >= 0 && column < width) {
                out[tap * count + i] = in[row * width + column];
              }
            }
          }
          y.write((long) p * taps * count, out, 0, out.length);
        });
  }

  /**
   * out[row, column] = in[row + up, column + left], 0 where that is outside: one move for all rows.
   */
  private static void shift(float[] in, int height, int width, int up, int left, float[] out) {
    int first = Math.min(height, Math.max(0, -up));
    int end = Math.max(first, Math.min(height, height - up));
    Arrays.fill(out, 0, first * width, 0f);
    Arrays.fill(out, end * width, height * width, 0f);
    int offset = up * width + left;
    int from = Math.max(first * width, -offset);
    int to = Math.min(end * width, height * width - offset);
    if (from < to) {
      System.arraycopy(in, from + offset, out, from, to - from);
    }
    // What came from the neighbouring row, or from nowhere, is padding.
    int zeroFrom = left > 0 ? Math.max(0, width - left) : 0;
    int zeroTo = left > 0 ? width : Math.min(width, -left);
    for (int row = first; row < end; row++) {
      for (int column = zeroFrom; column < zeroTo; column++) {
        out[row * width + column] = 0;
      }
    }
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
