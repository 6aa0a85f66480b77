package dev.pleas.core.oracle;

import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A float64 array with axes, and every operation of a graph written as its definition reads. Slow,
 * and obviously right.
 */
@SuppressWarnings("ArrayRecordComponent")
public record Plain(Shape shape, double[] values) {
  /** Returns the same values in float64. */
  public static Plain of(HostTensor host) {
    float[] values = host.values();
    return new Plain(
        host.shape(), IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray());
  }

  /** Returns the values rounded to float32. */
  public HostTensor toHost() {
    float[] out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) values[i];
    }
    return HostTensor.wrap(shape, out);
  }

  /** Returns the length of an axis. */
  public int dim(int axis) {
    return shape.dim(axis);
  }

  /** Returns the positions after the channel axis. */
  public int positions() {
    return (int) shape.elementsFrom(2);
  }

  /** Returns element (sample, channel, position). */
  public double get(int n, int c, int l) {
    return values[(n * dim(1) + c) * positions() + l];
  }

  private static Plain zeros(Shape shape) {
    return new Plain(shape, new double[(int) shape.elements()]);
  }

  /** Patches [N, C·taps, positions]. */
  public Plain unfold(Window w) {
    int height = w.outputHeight(dim(2));
    int width = w.outputWidth(dim(3));
    Plain out = zeros(Shape.of(dim(0), dim(1) * w.taps(), height * width));
    int k = 0;
    for (int n = 0; n < dim(0); n++) {
      for (int c = 0; c < dim(1); c++) {
        for (int i = 0; i < w.kernelHeight(); i++) {
          for (int j = 0; j < w.kernelWidth(); j++) {
            for (int y = 0; y < height; y++) {
              for (int x = 0; x < width; x++) {
                int row = y * w.strideHeight() - w.padHeight() + i * w.dilationHeight();
                int column = x * w.strideWidth() - w.padWidth() + j * w.dilationWidth();
                boolean inside = row >= 0 && row < dim(2) && column >= 0 && column < dim(3);
                out.values[k++] = inside ? get(n, c, row * dim(3) + column) : 0;
              }
            }
          }
        }
      }
    }
    return out;
  }

  /** Cross-correlation. */
  public Plain conv2d(Plain weight, @Nullable Plain bias, Window w, int groups) {
    Plain patches = unfold(w);
    int outputs = weight.dim(0);
    int columns = (int) weight.shape.elementsFrom(1);
    Plain out = zeros(Shape.of(dim(0), outputs, w.outputHeight(dim(2)), w.outputWidth(dim(3))));
    int positions = patches.positions();
    int at = 0;
    for (int n = 0; n < dim(0); n++) {
      for (int k = 0; k < outputs; k++) {
        int first = n * patches.dim(1) + k / (outputs / groups) * columns;
        for (int l = 0; l < positions; l++) {
          double sum = bias == null ? 0 : bias.values[k];
          for (int c = 0; c < columns; c++) {
            sum += weight.values[k * columns + c] * patches.values[(first + c) * positions + l];
          }
          out.values[at++] = sum;
        }
      }
    }
    return out;
  }

  /** x·weightᵀ + bias. */
  public Plain linear(Plain weight, @Nullable Plain bias) {
    Plain out = zeros(Shape.of(dim(0), weight.dim(0)));
    int at = 0;
    for (int n = 0; n < dim(0); n++) {
      for (int k = 0; k < weight.dim(0); k++) {
        double sum = bias == null ? 0 : bias.values[k];
        for (int c = 0; c < dim(1); c++) {
          sum += weight.values[k * dim(1) + c] * values[n * dim(1) + c];
        }
        out.values[at++] = sum;
      }
    }
    return out;
  }

  /** Batch normalization in inference. */
  public Plain batchNorm(Plain weight, Plain bias, Plain mean, Plain variance, double epsilon) {
    Plain out = zeros(shape);
    int positions = positions();
    int channels = dim(1);
    for (int i = 0; i < values.length; i++) {
      int c = i / positions % channels;
      double standard = (values[i] - mean.values[c]) / Math.sqrt(variance.values[c] + epsilon);
      out.values[i] = standard * weight.values[c] + bias.values[c];
    }
    return out;
  }

  /** max(x, 0). */
  public Plain relu() {
    Plain out = zeros(shape);
    for (int i = 0; i < values.length; i++) {
      out.values[i] = Math.max(values[i], 0);
    }
    return out;
  }

  /** The sum. */
  public Plain plus(Plain other) {
    Plain out = zeros(shape);
    for (int i = 0; i < values.length; i++) {
      out.values[i] = values[i] + other.values[i];
    }
    return out;
  }

  /** A multiple. */
  public Plain times(double factor) {
    Plain out = zeros(shape);
    for (int i = 0; i < values.length; i++) {
      out.values[i] = factor * values[i];
    }
    return out;
  }

  /** The largest in each window. */
  public Plain maxPool2d(Window w) {
    int height = w.outputHeight(dim(2));
    int width = w.outputWidth(dim(3));
    Plain out = zeros(Shape.of(dim(0), dim(1), height, width));
    int k = 0;
    for (int n = 0; n < dim(0); n++) {
      for (int c = 0; c < dim(1); c++) {
        for (int y = 0; y < height; y++) {
          for (int x = 0; x < width; x++) {
            double most = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < w.kernelHeight(); i++) {
              for (int j = 0; j < w.kernelWidth(); j++) {
                int row = y * w.strideHeight() - w.padHeight() + i * w.dilationHeight();
                int column = x * w.strideWidth() - w.padWidth() + j * w.dilationWidth();
                if (row >= 0 && row < dim(2) && column >= 0 && column < dim(3)) {
                  most = Math.max(most, get(n, c, row * dim(3) + column));
                }
              }
            }
            out.values[k++] = most;
          }
        }
      }
    }
    return out;
  }

  /** The mean over positions. */
  public Plain globalAveragePool() {
    Plain out = zeros(Shape.of(dim(0), dim(1)));
    int positions = positions();
    for (int i = 0; i < values.length; i++) {
      out.values[i / positions] += values[i] / positions;
    }
    return out;
  }

  /** Chosen indices of an axis. */
  public Plain gather(int axis, int[] indices) {
    Plain out = zeros(shape.with(axis, indices.length));
    int inner = (int) shape.elementsFrom(axis + 1);
    int outer = (int) (shape.elements() / Math.max(1, shape.elementsFrom(axis)));
    int k = 0;
    for (int o = 0; o < outer; o++) {
      for (int index : indices) {
        for (int i = 0; i < inner; i++) {
          out.values[k++] = values[(o * dim(axis) + index) * inner + i];
        }
      }
    }
    return out;
  }

  /** The largest |x − y|. */
  public double distance(Plain other) {
    double most = 0;
    for (int i = 0; i < values.length; i++) {
      most = Math.max(most, Math.abs(values[i] - other.values[i]));
    }
    return most;
  }

  /** The largest |x|. */
  public double largest() {
    return distance(zeros(shape));
  }
}
