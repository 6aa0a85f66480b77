package dev.pleas.cpu.tensor;

import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.Random;

/**
 * The definitions of the operations as plain loops in float64, each element with its error bound.
 */
final class Naive {
  /** Half the distance from 1 to the next float32: the largest relative error of one rounding. */
  static final double ROUNDING = 0x1p-24;

  /**
   * What an operation must give.
   *
   * @param values the exact elements
   * @param bounds how far a float32 computation in any order may be off
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Expected(Shape shape, double[] values, double[] bounds) {
    static Expected exact(Shape shape, double[] values) {
      return new Expected(shape, values, new double[values.length]);
    }
  }

  private Naive() {}

  /** Returns a tensor of normally distributed elements. */
  static HostTensor random(Random random, int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[(int) shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return HostTensor.wrap(shape, values);
  }

  static Expected conv2d(HostTensor x, HostTensor w, HostTensor bias, Window window, int groups) {
    int samples = x.shape().dim(0);
    int filters = w.shape().dim(0);
    int perGroup = w.shape().dim(1);
    int height = x.shape().dim(2);
    int width = x.shape().dim(3);
    Shape out = Shape.of(samples, filters, window.outputHeight(height), window.outputWidth(width));
    double[] values = new double[(int) out.elements()];
    double[] bounds = new double[values.length];
    int at = 0;
    for (int n = 0; n < samples; n++) {
      for (int k = 0; k < filters; k++) {
        int firstChannel = k / (filters / groups) * perGroup;
        for (int row = 0; row < out.dim(2); row++) {
          for (int column = 0; column < out.dim(3); column++, at++) {
            double sum = bias == null ? 0 : bias.values()[k];
            double size = Math.abs(sum);
            for (int c = 0; c < perGroup; c++) {
              for (int i = 0; i < window.kernelHeight(); i++) {
                for (int j = 0; j < window.kernelWidth(); j++) {
                  int v =
                      row * window.strideHeight()
                          - window.padHeight()
                          + i * window.dilationHeight();
                  int u =
                      column * window.strideWidth()
                          - window.padWidth()
                          + j * window.dilationWidth();
                  if (v >= 0 && v < height && u >= 0 && u < width) {
                    double a = at(x, n, firstChannel + c, v, u);
                    double b = at(w, k, c, i, j);
                    sum += a * b;
                    size += Math.abs(a * b);
                  }
                }
              }
            }
            values[at] = sum;
            // n products and n additions in any order are off by at most about (n + 1)·u·Σ|aᵢbᵢ|.
            bounds[at] = (perGroup * window.taps() + 3) * ROUNDING * size;
          }
        }
      }
    }
    return new Expected(out, values, bounds);
  }

  static Expected layerNorm(HostTensor x, HostTensor weight, HostTensor bias, double epsilon) {
    int channels = x.shape().dim(1);
    int positions = (int) x.shape().elementsFrom(2);
    double[] values = new double[x.values().length];
    double[] bounds = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      int c = i / positions % channels;
      int first = i - c * positions;
      double mean = 0;
      double largest = 0;
      for (int k = 0; k < channels; k++) {
        mean += (double) x.values()[first + k * positions] / channels;
        largest = Math.max(largest, Math.abs(x.values()[first + k * positions]));
      }
      double variance = 0;
      for (int k = 0; k < channels; k++) {
        variance += Math.pow(x.values()[first + k * positions] - mean, 2) / channels;
      }
      double scale = weight.values()[c] / Math.sqrt(variance + epsilon);
      values[i] = (x.values()[i] - mean) * scale + (bias == null ? 0 : bias.values()[c]);
      // Rounded to float32 once; in float64, C additions make the mean.
      bounds[i] =
          ROUNDING * Math.abs(values[i]) + (channels + 4) * 0x1p-52 * largest * Math.abs(scale);
    }
    return new Expected(x.shape(), values, bounds);
  }

  static Expected attention(
      HostTensor queries, HostTensor keys, HostTensor values, int heads, double scale) {
    Shape out = values.shape().with(2, queries.shape().dim(2));
    int keyWidth = queries.shape().dim(1) / heads;
    int valueWidth = out.dim(1) / heads;
    int count = keys.shape().dim(2);
    double[] result = new double[(int) out.elements()];
    double[] bounds = new double[result.length];
    int i = 0;
    for (int n = 0; n < out.dim(0); n++) {
      for (int channel = 0; channel < out.dim(1); channel++) {
        int head = channel / valueWidth;
        for (int t = 0; t < out.dim(2); t++, i++) {
          double[] scores = new double[count];
          double apart = 0;
          for (int s = 0; s < count; s++) {
            double size = 0;
            for (int c = head * keyWidth; c < (head + 1) * keyWidth; c++) {
              double product = at(queries, n, c, t) * at(keys, n, c, s);
              scores[s] += scale * product;
              size += Math.abs(scale * product);
            }
            apart = Math.max(apart, (keyWidth + 1) * ROUNDING * size);
          }
          double largest = java.util.Arrays.stream(scores).max().getAsDouble();
          double sum = java.util.Arrays.stream(scores).map(s -> Math.exp(s - largest)).sum();
          double size = 0;
          for (int s = 0; s < count; s++) {
            double term = Math.exp(scores[s] - largest) / sum * at(values, n, channel, s);
            result[i] += term;
            size += Math.abs(term);
          }
          // A score that is off by d changes its weight by up to exp(2d), through the sum as well.
          bounds[i] = (Math.expm1(2 * apart) + (count + 4) * ROUNDING) * size + Float.MIN_VALUE;
        }
      }
    }
    return new Expected(out, result, bounds);
  }

  static Expected maxPool2d(HostTensor x, Window window) {
    int height = x.shape().dim(2);
    int width = x.shape().dim(3);
    Shape out = x.shape().with(2, window.outputHeight(height)).with(3, window.outputWidth(width));
    double[] values = new double[(int) out.elements()];
    int at = 0;
    for (int n = 0; n < out.dim(0); n++) {
      for (int c = 0; c < out.dim(1); c++) {
        for (int row = 0; row < out.dim(2); row++) {
          for (int column = 0; column < out.dim(3); column++, at++) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < window.kernelHeight(); i++) {
              for (int j = 0; j < window.kernelWidth(); j++) {
                int v =
                    row * window.strideHeight() - window.padHeight() + i * window.dilationHeight();
                int u =
                    column * window.strideWidth() - window.padWidth() + j * window.dilationWidth();
                if (v >= 0 && v < height && u >= 0 && u < width) {
                  largest = Math.max(largest, at(x, n, c, v, u));
                }
              }
            }
            values[at] = largest;
          }
        }
      }
    }
    return Expected.exact(out, values);
  }

  static Expected unfold(HostTensor x, Window window) {
    int samples = x.shape().dim(0);
    int channels = x.shape().dim(1);
    int height = x.shape().dim(2);
    int width = x.shape().dim(3);
    int outHeight = window.outputHeight(height);
    int outWidth = window.outputWidth(width);
    Shape out = Shape.of(samples, channels * window.taps(), outHeight * outWidth);
    double[] values = new double[(int) out.elements()];
    int at = 0;
    for (int n = 0; n < samples; n++) {
      for (int row = 0; row < out.dim(1); row++) {
        int c = row / window.taps();
        int i = row % window.taps() / window.kernelWidth();
        int j = row % window.kernelWidth();
        for (int l = 0; l < out.dim(2); l++, at++) {
          int v =
              l / outWidth * window.strideHeight()
                  - window.padHeight()
                  + i * window.dilationHeight();
          int u =
              l % outWidth * window.strideWidth() - window.padWidth() + j * window.dilationWidth();
          values[at] = v >= 0 && v < height && u >= 0 && u < width ? at(x, n, c, v, u) : 0;
        }
      }
    }
    return Expected.exact(out, values);
  }

  static double at(HostTensor x, int n, int c, int position) {
    return x.values()[(n * x.shape().dim(1) + c) * x.shape().dim(2) + position];
  }

  static double at(HostTensor x, int n, int c, int row, int column) {
    Shape s = x.shape();
    return x.values()[((n * s.dim(1) + c) * s.dim(2) + row) * s.dim(3) + column];
  }
}
