package dev.pleas.cpu.tensor;

import dev.pleas.api.graph.Window;
import java.util.Arrays;

/** Maxima of windows and means of planes. */
final class Pooling {
  private Pooling() {}

  /**
   * y = the largest element of each window; NaN wins, padding never does.
   *
   * @param planes N·C
   */
  static void max(Floats x, Floats y, int planes, int height, int width, Window window) {
    int outHeight = window.outputHeight(height);
    int outWidth = window.outputWidth(width);
    Parallel.forEach(
        planes,
        (long) planes * outHeight * outWidth * window.taps(),
        plane -> {
          float[] in = new float[height * width];
          float[] out = new float[outHeight * outWidth];
          float[] column = new float[width];
          x.read((long) plane * in.length, in, 0, in.length);
          for (int row = 0; row < outHeight; row++) {
            Arrays.fill(column, Float.NEGATIVE_INFINITY);
            for (int i = 0; i < window.kernelHeight(); i++) {
              int from =
                  row * window.strideHeight() - window.padHeight() + i * window.dilationHeight();
              if (from >= 0 && from < height) {
                max(column, in, from * width, width);
              }
            }
            slide(column, out, row * outWidth, outWidth, window);
          }
          y.write((long) plane * out.length, out, 0, out.length);
        });
  }

  private static void max(float[] column, float[] in, int at, int width) {
    for (int i = 0; i < width; i++) {
      column[i] = Math.max(column[i], in[at + i]);
    }
  }

  private static void slide(float[] column, float[] out, int at, int outWidth, Window window) {
    for (int k = 0; k < outWidth; k++) {
      int first = k * window.strideWidth() - window.padWidth();
      float largest = Float.NEGATIVE_INFINITY;
      for (int j = 0; j < window.kernelWidth(); j++) {
        int from = first + j * window.dilationWidth();
        if (from >= 0 && from < column.length) {
          largest = Math.max(largest, column[from]);
        }
      }
      out[at + k] = largest;
    }
  }

  /**
   * y = the mean of each plane, summed in float64.
   *
   * @param planes N·C
   * @param positions H·W
   */
  static void mean(Floats x, Floats y, int planes, int positions) {
    float[] means = new float[planes];
    Parallel.forEach(
        planes,
        (long) planes * positions,
        plane -> {
          float[] in = new float[positions];
          x.read((long) plane * positions, in, 0, positions);
          double sum = 0;
          for (float v : in) {
            sum += v;
          }
          means[plane] = (float) (sum / positions);
        });
    y.write(0, means, 0, planes);
  }
}
