package com.example.pleas;

import static com.example.pleas.Shapes.ANY;

import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;

/** Each operation checks its arguments, makes an array, fills it, and wraps it as a tensor. */
final class PlainScope implements TensorScope {
  private final PlainBackend backend;
  private final Set<Resource> open = new LinkedHashSet<>();
  private boolean closed;

  PlainScope(PlainBackend backend) {
    this.backend = backend;
  }

  // What belongs to the scope

  void opened(Resource resource, long bytes) {
    checkOpen();
    open.add(resource);
    backend.count(bytes);
  }

  void closed(Resource resource, long bytes) {
    open.remove(resource);
    backend.count(-bytes);
  }

  @Override
  public void close() {
    closed = true;
    List.copyOf(open).forEach(Resource::close);
    backend.closed(this);
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the scope is closed");
    }
  }

  /** Returns an argument, which must be open and of this backend. */
  PlainTensor own(Tensor tensor) {
    checkOpen();
    if (tensor instanceof PlainTensor plain && plain.scope().backend == backend) {
      plain.checkOpen();
      return plain;
    }
    throw new IllegalArgumentException(
        "tensor " + tensor.shape() + " belongs to another backend; copy it with toHost()");
  }

  private PlainTensor tensor(Shape shape, float[] values) {
    return new PlainTensor(this, shape, values);
  }

  private static float[] array(Shape shape) {
    return new float[Math.toIntExact(shape.elements())];
  }

  @Override
  public Tensor tensor(HostTensor host) {
    return tensor(host.shape(), host.values().clone());
  }

  @Override
  public GramAccumulator gram(int p, int q) {
    return new PlainGram(this, p, q);
  }

  @Override
  public SumAccumulator sums(int channels) {
    return new PlainSums(this, channels);
  }

  // Products

  @Override
  public Tensor conv2d(Tensor x, Tensor weight, Tensor bias, Window window, int groups) {
    PlainTensor in = own(x);
    PlainTensor w = own(weight);
    Shapes.window("conv2d", in, window);
    Shapes.expect("conv2d", "weight", w, ANY, ANY, ANY, ANY);
    int channels = in.dim(1);
    int filters = w.dim(0);
    boolean divided = groups > 0 && channels % groups == 0 && filters % groups == 0;
    Shapes.require(
        divided,
        "conv2d",
        "groups that divide the channels of input " + in.shape() + " and weight " + w.shape(),
        groups + " groups");
    int[] kernel = {window.kernelHeight(), window.kernelWidth()};
    Shapes.expect("conv2d", "weight", w, filters, channels / groups, kernel[0], kernel[1]);
    int height = in.dim(2);
    int width = in.dim(3);
    Patches patches = new Patches(in.values(), channels, height, width, window);
    Shape shape =
        Shape.of(in.dim(0), filters, window.outputHeight(height), window.outputWidth(width));
    return product("conv2d", w, patches, groups, bias, shape);
  }

  /** As a convolution whose window is one position. */
  @Override
  public Tensor linear(Tensor x, Tensor weight, Tensor bias) {
    PlainTensor in = own(x);
    PlainTensor w = own(weight);
    Shapes.channels("linear", "input", in, ANY);
    Shapes.expect("linear", "weight", w, ANY, in.dim(1));
    Patches patches =
        new Patches(in.values(), in.dim(1), in.positions(), 1, Window.square(1, 1, 0));
    return product("linear", w, patches, 1, bias, in.shape().with(1, w.dim(0)));
  }

  private Tensor product(
      String op, PlainTensor weight, Patches patches, int groups, Tensor bias, Shape shape) {
    float[] y = array(shape);
    int filters = shape.dim(1);
    if (bias != null) {
      float[] b = vector(op, "bias", bias, filters);
      int positions = patches.positions();
      for (int k = 0; k < y.length; k++) {
        y[k] = b[k / positions % filters];
      }
    }
    if (y.length > 0) {
      Convolution.addTo(y, shape.dim(0), weight.values(), filters, patches, groups);
    }
    return tensor(shape, y);
  }

  @Override
  public Tensor unfold(Tensor x, Window window) {
    PlainTensor in = own(x);
    Shapes.window("unfold", in, window);
    int channels = in.dim(1);
    Patches patches = new Patches(in.values(), channels, in.dim(2), in.dim(3), window);
    int rows = channels * window.taps();
    int positions = patches.positions();
    Shape shape = Shape.of(in.dim(0), rows, positions);
    float[] y = array(shape);
    for (int n = 0; n < in.dim(0); n++) {
      patches.write(n, 0, channels, 0, positions, y, n * rows * positions);
    }
    return tensor(shape, y);
  }

  @Override
  public Tensor attention(Tensor queries, Tensor keys, Tensor values, int heads, double scale) {
    PlainTensor q = own(queries);
    PlainTensor k = own(keys);
    PlainTensor v = own(values);
    Shapes.expect("attention", "queries", q, ANY, ANY, ANY);
    Shapes.expect("attention", "keys", k, q.dim(0), q.dim(1), ANY);
    Shapes.expect("attention", "values", v, q.dim(0), ANY, k.dim(2));
    Shapes.require(k.dim(2) > 0, "attention", "keys [N, heads·d, S] with S > 0", k);
    Shapes.require(
        heads > 0 && q.dim(1) % heads == 0 && v.dim(1) % heads == 0,
        "attention",
        "heads that divide the channels of queries " + q + " and values " + v,
        heads + " heads");
    Attention attention =
        new Attention(
            q.dim(0) * heads, q.dim(1) / heads, v.dim(1) / heads, q.dim(2), k.dim(2), scale);
    return tensor(v.shape().with(2, q.dim(2)), attention.apply(q.values(), k.values(), v.values()));
  }

  // Normalization

  @Override
  public Tensor batchNorm(
      Tensor x, Tensor weight, Tensor bias, Tensor mean, Tensor variance, double epsilon) {
    PlainTensor in = own(x);
    Shapes.channels("batchNorm", "input", in, ANY);
    int channels = in.dim(1);
    float[] w = vector("batchNorm", "weight", weight, channels);
    float[] b = vector("batchNorm", "bias", bias, channels);
    float[] m = vector("batchNorm", "mean", mean, channels);
    float[] v = vector("batchNorm", "variance", variance, channels);
    float[] y = in.values().clone();
    int positions = in.positions();
    for (int plane = 0; plane < in.dim(0) * channels; plane++) {
      int c = plane % channels;
      double factor = w[c] / Math.sqrt(v[c] + epsilon);
      for (int k = plane * positions; k < (plane + 1) * positions; k++) {
        y[k] = (float) ((y[k] - m[c]) * factor + b[c]);
      }
    }
    return tensor(in.shape(), y);
  }

  @Override
  public Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, double epsilon) {
    PlainTensor in = own(x);
    Shapes.channels("layerNorm", "input", in, ANY);
    int channels = in.dim(1);
    Shapes.require(channels > 0, "layerNorm", "input [N, C, …] with C > 0", in);
    float[] w = vector("layerNorm", "weight", weight, channels);
    float[] b = bias == null ? new float[channels] : vector("layerNorm", "bias", bias, channels);
    float[] values = in.values();
    float[] y = new float[values.length];
    int positions = in.positions();
    for (int k = 0; k < in.dim(0) * positions; k++) {
      int first = k / positions * channels * positions + k % positions;
      double sum = 0;
      for (int c = 0; c < channels; c++) {
        sum += values[first + c * positions];
      }
      double mean = sum / channels;
      double squares = 0;
      for (int c = 0; c < channels; c++) {
        squares += Math.pow(values[first + c * positions] - mean, 2);
      }
      double deviation = Math.sqrt(squares / channels + epsilon);
      for (int c = 0; c < channels; c++) {
        int at = first + c * positions;
        y[at] = (float) ((values[at] - mean) / deviation * w[c] + b[c]);
      }
    }
    return tensor(in.shape(), y);
  }

  private float[] vector(String op, String what, Tensor tensor, int length) {
    PlainTensor own = own(tensor);
    Shapes.expect(op, what, own, length);
    return own.values();
  }

  // Each element on its own

  @Override
  public Tensor relu(Tensor x) {
    return map(x, value -> Math.max(value, 0));
  }

  @Override
  public Tensor gelu(Tensor x, Op.Gelu.Form form) {
    return map(x, value -> Gelu.of(value, form));
  }

  @Override
  public Tensor scale(Tensor x, float factor) {
    return map(x, value -> factor * value);
  }

  private Tensor map(Tensor x, DoubleUnaryOperator function) {
    PlainTensor in = own(x);
    float[] y = in.values().clone();
    for (int k = 0; k < y.length; k++) {
      y[k] = (float) function.applyAsDouble(y[k]);
    }
    return tensor(in.shape(), y);
  }

  @Override
  public Tensor add(Tensor a, Tensor b) {
    PlainTensor left = own(a);
    PlainTensor right = own(b);
    Shapes.expect("add", "second operand", right, left.shape().dims());
    float[] y = left.values().clone();
    float[] z = right.values();
    for (int k = 0; k < y.length; k++) {
      y[k] += z[k];
    }
    return tensor(left.shape(), y);
  }

  // Pooling

  @Override
  public Tensor maxPool2d(Tensor x, Window window) {
    PlainTensor in = own(x);
    Shapes.window("maxPool2d", in, window);
    int height = in.dim(2);
    int width = in.dim(3);
    int rows = window.outputHeight(height);
    int columns = window.outputWidth(width);
    Shape shape = in.shape().with(2, rows).with(3, columns);
    float[] values = in.values();
    float[] y = array(shape);
    Arrays.fill(y, Float.NEGATIVE_INFINITY);
    for (int k = 0; k < y.length; k++) {
      int plane = k / columns / rows * height * width;
      int top = k / columns % rows * window.strideHeight() - window.padHeight();
      int left = k % columns * window.strideWidth() - window.padWidth();
      for (int tap = 0; tap < window.taps(); tap++) {
        int i = top + tap / window.kernelWidth() * window.dilationHeight();
        int j = left + tap % window.kernelWidth() * window.dilationWidth();
        if (i >= 0 && i < height && j >= 0 && j < width) {
          y[k] = Math.max(y[k], values[plane + i * width + j]);
        }
      }
    }
    return tensor(shape, y);
  }

  @Override
  public Tensor globalAveragePool(Tensor x) {
    PlainTensor in = own(x);
    Shapes.channels("globalAveragePool", "input", in, ANY);
    int positions = in.shape().rank() == 2 ? 0 : in.positions();
    Shapes.require(positions > 0, "globalAveragePool", "input [N, C, …] with positions", in);
    float[] values = in.values();
    float[] y = new float[in.dim(0) * in.dim(1)];
    for (int k = 0; k < y.length; k++) {
      double sum = 0;
      for (int l = 0; l < positions; l++) {
        sum += values[k * positions + l];
      }
      y[k] = (float) (sum / positions);
    }
    return tensor(Shape.of(in.dim(0), in.dim(1)), y);
  }

  // Arrangement

  @Override
  public Tensor reshape(Tensor x, Shape shape) {
    PlainTensor in = own(x);
    boolean fits = shape.elements() == in.shape().elements();
    Shapes.require(fits, "reshape", "as many elements as " + shape + " has", in);
    return tensor(shape, in.values().clone());
  }

  @Override
  public Tensor gather(Tensor x, int axis, int[] indices) {
    PlainTensor in = own(x);
    Shapes.axis("gather", in, axis);
    int length = in.dim(axis);
    for (int index : indices) {
      Objects.checkIndex(index, length);
    }
    Shape shape = in.shape().with(axis, indices.length);
    float[] y = array(shape);
    int inner = Math.toIntExact(shape.elementsFrom(axis + 1));
    for (int k = 0; y.length > 0 && k < y.length / inner; k++) {
      int from = k / indices.length * length + indices[k % indices.length];
      System.arraycopy(in.values(), from * inner, y, k * inner, inner);
    }
    return tensor(shape, y);
  }

  @Override
  public Tensor concat(int axis, List<Tensor> parts) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("concat: there are no parts");
    }
    PlainTensor first = own(parts.get(0));
    Shapes.axis("concat", first, axis);
    int total = 0;
    for (Tensor part : parts) {
      PlainTensor next = own(part);
      boolean fits =
          next.shape().rank() > axis
              && next.shape().with(axis, 0).equals(first.shape().with(axis, 0));
      Shapes.require(fits, "concat", "parts like " + first + " but for axis " + axis, next.shape());
      total = Math.addExact(total, part.shape().dim(axis));
    }
    Shape shape = first.shape().with(axis, total);
    float[] y = array(shape);
    int inner = Math.toIntExact(shape.elementsFrom(axis + 1));
    int outer = y.length == 0 ? 0 : y.length / inner / total;
    int at = 0;
    for (Tensor part : parts) {
      int run = part.shape().dim(axis) * inner;
      for (int k = 0; k < outer; k++) {
        System.arraycopy(own(part).values(), k * run, y, k * total * inner + at, run);
      }
      at += run;
    }
    return tensor(shape, y);
  }
}
