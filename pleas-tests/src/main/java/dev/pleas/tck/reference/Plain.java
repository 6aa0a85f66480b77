package dev.pleas.tck.reference;

import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A float64 array with axes, and every operation of a graph written as its definition reads. Slow,
 * and obviously right. Shapes are not checked: what does not fit gives nonsense or an index out of
 * bounds.
 *
 * @param shape the axis lengths
 * @param values the elements, row-major; shared, not copied, and not to be modified
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

  /** Returns how many positions there are after the channel axis. */
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

  /** Returns f of every element. */
  public Plain map(DoubleUnaryOperator f) {
    return new Plain(shape, Arrays.stream(values).map(f).toArray());
  }

  /** Returns |x|. */
  public Plain abs() {
    return map(Math::abs);
  }

  /** Returns the sum of two arrays of one shape. */
  public Plain plus(Plain other) {
    Plain out = zeros(shape);
    for (int i = 0; i < values.length; i++) {
      out.values[i] = values[i] + other.values[i];
    }
    return out;
  }

  /** Returns a multiple. */
  public Plain times(double factor) {
    return map(x -> factor * x);
  }

  /** Returns the product with an array of the same shape, or with a factor for each row of it. */
  public Plain times(Plain other) {
    Plain out = zeros(shape);
    for (int i = 0; i < values.length; i++) {
      out.values[i] = values[i] * other.values[i / (values.length / other.values.length)];
    }
    return out;
  }

  /** Returns x[n, c, l] · factors[c]. */
  public Plain timesChannels(Plain factors) {
    Plain out = zeros(shape);
    for (int i = 0; i < values.length; i++) {
      out.values[i] = values[i] * factors.values[i / positions() % dim(1)];
    }
    return out;
  }

  /** Returns patches [N, C·taps, positions], as a convolution multiplies them. */
  public Plain unfold(Window window) {
    return unfold(window, 0);
  }

  private Plain unfold(Window w, double padding) {
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
                out.values[k++] = inside ? get(n, c, row * dim(3) + column) : padding;
              }
            }
          }
        }
      }
    }
    return out;
  }

  /** Returns the cross-correlation with weight [K, C / groups, kernelHeight, kernelWidth]. */
  public Plain conv2d(Plain weight, @Nullable Plain bias, Window w, int groups) {
    Plain patches = unfold(w);
    int outputs = weight.dim(0);
    int columns = (int) weight.shape.elementsFrom(1);
    Plain out = zeros(Shape.of(dim(0), outputs, w.outputHeight(dim(2)), w.outputWidth(dim(3))));
    int at = 0;
    for (int n = 0; n < dim(0); n++) {
      for (int k = 0; k < outputs; k++) {
        int first = k / (outputs / groups) * columns;
        for (int l = 0; l < out.positions(); l++) {
          double sum = bias == null ? 0 : bias.values[k];
          for (int c = 0; c < columns; c++) {
            sum += weight.values[k * columns + c] * patches.get(n, first + c, l);
          }
          out.values[at++] = sum;
        }
      }
    }
    return out;
  }

  /** Returns weight·x + bias at every position, with weight [K, C]. */
  public Plain linear(Plain weight, @Nullable Plain bias) {
    Plain out = zeros(shape.with(1, weight.dim(0)));
    int at = 0;
    for (int n = 0; n < dim(0); n++) {
      for (int k = 0; k < weight.dim(0); k++) {
        for (int l = 0; l < positions(); l++) {
          double sum = bias == null ? 0 : bias.values[k];
          for (int c = 0; c < dim(1); c++) {
            sum += weight.values[k * dim(1) + c] * get(n, c, l);
          }
          out.values[at++] = sum;
        }
      }
    }
    return out;
  }

  /** Returns Σₙ Σₗ this[n, i, l]·other[n, j, l], [p, q]. */
  public Plain gram(Plain other) {
    Plain out = zeros(Shape.of(dim(1), other.dim(1)));
    for (int n = 0; n < dim(0); n++) {
      for (int i = 0; i < dim(1); i++) {
        for (int j = 0; j < other.dim(1); j++) {
          for (int l = 0; l < positions(); l++) {
            out.values[i * other.dim(1) + j] += get(n, i, l) * other.get(n, j, l);
          }
        }
      }
    }
    return out;
  }

  /** Returns (x − mean) / √(variance + epsilon) · weight + bias per channel. */
  public Plain batchNorm(Plain weight, Plain bias, Plain mean, Plain variance, double epsilon) {
    Plain out = zeros(shape);
    for (int i = 0; i < values.length; i++) {
      int c = i / positions() % dim(1);
      double standard = (values[i] - mean.values[c]) / Math.sqrt(variance.values[c] + epsilon);
      out.values[i] = standard * weight.values[c] + bias.values[c];
    }
    return out;
  }

  /** Returns the mean over the channels of each sample and position, [N, 1, …]. */
  public Plain channelMeans() {
    double[] equal = new double[dim(1)];
    Arrays.fill(equal, 1.0 / dim(1));
    return linear(new Plain(Shape.of(1, dim(1)), equal), null);
  }

  /** Returns the (biased) variance over the channels of each sample and position, [N, 1, …]. */
  public Plain channelVariances() {
    return deviations().map(d -> d * d).channelMeans();
  }

  private Plain deviations() {
    return plus(channelMeans().gather(1, new int[dim(1)]).times(-1));
  }

  /** Returns (x − mean) / √(variance + epsilon) · weight + bias, with statistics of channels. */
  public Plain layerNorm(Plain weight, @Nullable Plain bias, double epsilon) {
    Plain out = deviations();
    Plain variances = channelVariances();
    for (int i = 0; i < values.length; i++) {
      int c = i / positions() % dim(1);
      double variance = variances.get(i / positions() / dim(1), 0, i % positions());
      double shift = bias == null ? 0 : bias.values[c];
      out.values[i] = out.values[i] / Math.sqrt(variance + epsilon) * weight.values[c] + shift;
    }
    return out;
  }

  /** Returns max(x, 0). */
  public Plain relu() {
    return map(x -> Math.max(x, 0));
  }

  /** Returns min(max(x, low), high). */
  public Plain clip(double low, double high) {
    return map(x -> Math.min(Math.max(x, low), high));
  }

  /** Returns 1 / (1 + exp(−x)). */
  public Plain sigmoid() {
    return map(x -> 1 / (1 + Math.exp(-x)));
  }

  /** Returns the Gaussian error linear unit. */
  public Plain gelu(Op.Gelu.Form form) {
    return map(x -> NormalDistribution.gelu(x, form));
  }

  /** Returns the hyperbolic tangent, (e²ˣ − 1) / (e²ˣ + 1), by −|x| so that nothing overflows. */
  public Plain tanh() {
    return map(
        x -> {
          double e = Math.expm1(-2 * Math.abs(x));
          return Math.copySign(e / (e + 2), x);
        });
  }

  /** Returns the largest in each window. */
  public Plain maxPool2d(Window w) {
    return pool(w, Double.NEGATIVE_INFINITY, Math::max);
  }

  /** Returns the mean of each window, zeros of the padding included. */
  public Plain averagePool2d(Window w) {
    return pool(w, 0, Double::sum).times(1.0 / w.taps());
  }

  /**
   * @param start what the padding is, too
   */
  private Plain pool(Window w, double start, DoubleBinaryOperator f) {
    Plain patches = unfold(w, start);
    int height = w.outputHeight(dim(2));
    int width = w.outputWidth(dim(3));
    Plain out = zeros(Shape.of(dim(0), dim(1), height, width));
    Arrays.fill(out.values, start);
    for (int i = 0; i < patches.values.length; i++) {
      int l = i % (height * width);
      int plane = i / (height * width) / w.taps();
      int at = plane * height * width + l;
      out.values[at] = f.applyAsDouble(out.values[at], patches.values[i]);
    }
    return out;
  }

  /** Returns the mean over positions, [N, C]. */
  public Plain globalAveragePool() {
    Plain out = zeros(Shape.of(dim(0), dim(1)));
    int positions = positions();
    for (int i = 0; i < values.length; i++) {
      out.values[i / positions] += values[i] / positions;
    }
    return out;
  }

  /** Returns attention with this as queries; see {@link Op.Attention}. */
  public Plain attention(Plain keys, Plain mixed, int heads, double scale) {
    return Attention.mix(Attention.softmax(Attention.scores(this, keys, heads, scale)), mixed);
  }

  /** Returns attention with this as queries, to the keys that a mask says are there. */
  public Plain attention(Plain keys, Plain mixed, Plain mask, int heads, double scale) {
    Plain scores = Attention.scores(this, keys, heads, scale);
    int there = mask.dim(1);
    int each = scores.values.length / Math.max(1, mask.dim(0));
    for (int i = 0; i < scores.values.length; i++) {
      scores.values[i] -= 1e9 * (1 - mask.values[i / each * there + i % there]);
    }
    return Attention.mix(Attention.softmax(scores), mixed);
  }

  /** Returns the columns of this matrix that ids [N, T] name: [N, C, T]. */
  public Plain columns(Plain ids) {
    int channels = dim(0);
    int positions = ids.dim(1);
    Plain out = zeros(Shape.of(ids.dim(0), channels, positions));
    for (int i = 0; i < out.values.length; i++) {
      int n = i / positions / channels;
      int column = (int) ids.values[n * positions + i % positions];
      out.values[i] = values[i / positions % channels * dim(1) + column];
    }
    return out;
  }

  /** Returns the same elements under another shape. */
  public Plain reshape(Shape other) {
    return new Plain(other, values);
  }

  /** Returns chosen indices of an axis. */
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

  /** Returns the same values for each of several samples: [samples, …]. */
  public Plain repeated(int samples) {
    return reshape(shape.prepend(1)).gather(0, new int[samples]);
  }

  /** Returns the parts one after another along an axis. */
  public static Plain concat(int axis, List<Plain> parts) {
    Shape first = parts.get(0).shape;
    int length = parts.stream().mapToInt(part -> part.dim(axis)).sum();
    Plain out = zeros(first.with(axis, length));
    int at = 0;
    while (at < out.values.length) {
      int outer = (int) (at / out.shape.elementsFrom(axis));
      for (Plain part : parts) {
        int block = (int) part.shape.elementsFrom(axis);
        System.arraycopy(part.values, outer * block, out.values, at, block);
        at += block;
      }
    }
    return out;
  }

  /** Returns the largest |x − y|. */
  public double distance(Plain other) {
    return plus(other.times(-1)).largest();
  }

  /** Returns the largest |x|, 0 if there is none. */
  public double largest() {
    return Arrays.stream(values).map(Math::abs).max().orElse(0);
  }
}
