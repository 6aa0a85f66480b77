package dev.pleas.cpu.tensor;

import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks arguments, makes the result, and has it filled. */
final class CpuScope<F extends Floats> implements TensorScope {
  private final CpuBackend<F> backend;
  private final Set<AutoCloseable> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean closed;

  CpuScope(CpuBackend<F> backend) {
    this.backend = backend;
  }

  @Override
  public Tensor tensor(HostTensor host) {
    CpuTensor<F> result = result(host.shape());
    result.data().write(0, host.values(), 0, host.values().length);
    return result;
  }

  @Override
  public Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, Window window, int groups) {
    CpuTensor<F> in = own(x);
    CpuTensor<F> w = own(weight);
    Convolution form = Require.convolution(x.shape(), weight.shape(), window, groups);
    CpuTensor<F> b = bias("conv2d", bias, form.filters());
    CpuTensor<F> y =
        result(Shape.of(form.samples(), form.filters(), form.outputHeight(), form.outputWidth()));
    if (y.elements() > 0) {
      convolve(form, in, w, b, y);
    }
    return y;
  }

  private void convolve(
      Convolution form,
      CpuTensor<F> x,
      CpuTensor<F> weight,
      @Nullable CpuTensor<F> bias,
      CpuTensor<F> y) {
    if (form.channels() == 0) {
      float[] values = bias == null ? new float[form.filters()] : bias.values();
      Elementwise.fill(values, y.data(), form.samples(), form.positions());
    } else {
      backend.convolve(form, x.data(), weight.data(), bias == null ? null : bias.data(), y.data());
    }
  }

  @Override
  public Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
    CpuTensor<F> in = own(x);
    CpuTensor<F> w = own(weight);
    Shape shape = x.shape();
    Require.channels("linear", "input", shape);
    int samples = shape.dim(0);
    int features = shape.dim(1);
    Require.rank("linear", "weight", weight.shape(), 2, "[K, " + features + "]");
    int outputs = weight.shape().dim(0);
    Require.shape("linear", "weight", Shape.of(outputs, features), weight.shape());
    CpuTensor<F> b = bias("linear", bias, outputs);
    CpuTensor<F> y = result(shape.with(1, outputs));
    if (y.elements() == 0) {
      return y;
    }
    if (shape.rank() > 2) {
      int positions = Math.toIntExact(shape.elementsFrom(2));
      Window point = Window.square(1, 1, 0);
      convolve(new Convolution(samples, features, positions, 1, outputs, point, 1), in, w, b, y);
      return y;
    }
    if (b != null || features == 0) {
      Elementwise.fill(b == null ? new float[outputs] : b.values(), y.data(), samples, 1);
    }
    if (features > 0) {
      backend.multiply(
          new Product(samples, outputs, features, false, true, b != null, false),
          1,
          new Operand<>(in.data(), 0, 0),
          new Operand<>(w.data(), 0, 0),
          new Operand<>(y.data(), 0, 0));
    }
    return y;
  }

  private @Nullable CpuTensor<F> bias(String op, @Nullable Tensor bias, int length) {
    if (bias == null) {
      return null;
    }
    Require.shape(op, "bias", Shape.of(length), bias.shape());
    return own(bias);
  }

  @Override
  public Tensor batchNorm(
      Tensor x, Tensor weight, Tensor bias, Tensor mean, Tensor variance, double epsilon) {
    CpuTensor<F> in = own(x);
    Require.channels("batchNorm", "input", x.shape());
    int channels = x.shape().dim(1);
    float[] scale = vector("batchNorm", "weight", weight, channels);
    float[] shift = vector("batchNorm", "bias", bias, channels);
    float[] means = vector("batchNorm", "mean", mean, channels);
    float[] variances = vector("batchNorm", "variance", variance, channels);
    for (int c = 0; c < channels; c++) {
      double factor = scale[c] / Math.sqrt(variances[c] + epsilon);
      scale[c] = (float) factor;
      shift[c] = (float) (shift[c] - means[c] * factor);
    }
    CpuTensor<F> y = result(x.shape());
    Elementwise.affine(
        in.data(), scale, shift, y.data(), x.shape().dim(0), x.shape().elementsFrom(2), false);
    return y;
  }

  private float[] vector(String op, String what, Tensor tensor, int length) {
    CpuTensor<F> own = own(tensor);
    Require.shape(op, what, Shape.of(length), tensor.shape());
    return own.values();
  }

  @Override
  public Tensor layerNorm(Tensor x, Tensor weight, @Nullable Tensor bias, double epsilon) {
    CpuTensor<F> in = own(x);
    Shape shape = x.shape();
    Require.channels("layerNorm", "input", shape);
    int channels = shape.dim(1);
    if (channels == 0) {
      throw Require.mismatch("layerNorm", "input", "[N, C, …] with C > 0", shape);
    }
    float[] scale = vector("layerNorm", "weight", weight, channels);
    float[] shift = bias == null ? null : vector("layerNorm", "bias", bias, channels);
    CpuTensor<F> y = result(shape);
    if (y.elements() > 0) {
      int positions = Math.toIntExact(shape.elementsFrom(2));
      LayerNormalization form = new LayerNormalization(scale, shift, epsilon);
      form.apply(in.data(), y.data(), shape.dim(0), positions);
    }
    return y;
  }

  @Override
  public Tensor attention(Tensor queries, Tensor keys, Tensor values, int heads, double scale) {
    CpuTensor<F> q = own(queries);
    CpuTensor<F> k = own(keys);
    CpuTensor<F> v = own(values);
    Attention form = Require.attention(queries.shape(), keys.shape(), values.shape(), heads, scale);
    CpuTensor<F> y = result(values.shape().with(2, form.queries()));
    if (y.elements() > 0) {
      form.apply(backend, q.data(), k.data(), v.data(), y.data());
    }
    return y;
  }

  @Override
  public Tensor gelu(Tensor x, Op.Gelu.Form form) {
    CpuTensor<F> in = own(x);
    CpuTensor<F> y = result(x.shape());
    Elementwise.gelu(in.data(), form, y.data(), y.elements());
    return y;
  }

  @Override
  public Tensor relu(Tensor x) {
    CpuTensor<F> in = own(x);
    CpuTensor<F> y = result(x.shape());
    Elementwise.relu(in.data(), y.data(), y.elements());
    return y;
  }

  @Override
  public Tensor add(Tensor a, Tensor b) {
    CpuTensor<F> left = own(a);
    CpuTensor<F> right = own(b);
    Require.shape("add", "second operand", a.shape(), b.shape());
    CpuTensor<F> y = result(a.shape());
    Elementwise.add(left.data(), right.data(), y.data(), y.elements(), false);
    return y;
  }

  @Override
  public Tensor scale(Tensor x, float factor) {
    CpuTensor<F> in = own(x);
    CpuTensor<F> y = result(x.shape());
    Elementwise.scale(in.data(), factor, y.data(), y.elements());
    return y;
  }

  @Override
  public Tensor maxPool2d(Tensor x, Window window) {
    CpuTensor<F> in = own(x);
    Shape shape = x.shape();
    Require.window("maxPool2d", shape, window);
    int height = shape.dim(2);
    int width = shape.dim(3);
    int planes = Math.multiplyExact(shape.dim(0), shape.dim(1));
    CpuTensor<F> y =
        result(shape.with(2, window.outputHeight(height)).with(3, window.outputWidth(width)));
    Pooling.max(in.data(), y.data(), planes, height, width, window);
    return y;
  }

  @Override
  public Tensor globalAveragePool(Tensor x) {
    CpuTensor<F> in = own(x);
    Shape shape = x.shape();
    if (shape.rank() < 3 || shape.elementsFrom(2) == 0) {
      throw Require.mismatch(
          "globalAveragePool", "input", "[N, C, …] with at least one position", shape);
    }
    int positions = Math.toIntExact(shape.elementsFrom(2));
    CpuTensor<F> y = result(Shape.of(shape.dim(0), shape.dim(1)));
    Pooling.mean(in.data(), y.data(), Math.toIntExact(y.elements()), positions);
    return y;
  }

  @Override
  public Tensor unfold(Tensor x, Window window) {
    CpuTensor<F> in = own(x);
    Shape shape = x.shape();
    Require.window("unfold", shape, window);
    int height = shape.dim(2);
    int width = shape.dim(3);
    CpuTensor<F> y =
        result(
            Shape.of(
                shape.dim(0),
                Math.multiplyExact(shape.dim(1), window.taps()),
                Math.multiplyExact(window.outputHeight(height), window.outputWidth(width))));
    Patches.unfold(in.data(), 0, y.data(), shape.dim(0), shape.dim(1), height, width, window);
    return y;
  }

  @Override
  public Tensor unfold(Tensor x, Window window, int[] positions) {
    CpuTensor<F> in = own(x);
    Shape shape = x.shape();
    Require.window("unfold", shape, window);
    int height = shape.dim(2);
    int width = shape.dim(3);
    int all = Math.multiplyExact(window.outputHeight(height), window.outputWidth(width));
    for (int position : positions) {
      Objects.checkIndex(position, all);
    }
    int rows = Math.multiplyExact(shape.dim(1), window.taps());
    CpuTensor<F> y = result(Shape.of(shape.dim(0), rows, positions.length));
    int planes = Math.multiplyExact(shape.dim(0), shape.dim(1));
    Patches.unfold(in.data(), y.data(), planes, height, width, window, positions);
    return y;
  }

  @Override
  public Tensor reshape(Tensor x, Shape shape) {
    CpuTensor<F> in = own(x);
    if (shape.elements() != x.shape().elements()) {
      throw new ShapeException(
          "reshape: "
              + x.shape()
              + " has "
              + x.shape().elements()
              + " elements, "
              + shape
              + " has "
              + shape.elements());
    }
    return register(new CpuTensor<>(this, shape, in.memory().share()));
  }

  @Override
  public Tensor gather(Tensor x, int axis, int[] indices) {
    CpuTensor<F> in = own(x);
    Shape shape = x.shape();
    int length = axisLength("gather", shape, axis);
    for (int i = 0; i < indices.length; i++) {
      if (indices[i] < 0 || indices[i] >= length) {
        throw new IndexOutOfBoundsException(
            "gather: entry "
                + i
                + " of the indices is "
                + indices[i]
                + ", axis "
                + axis
                + " of "
                + shape
                + " has indices 0 … "
                + (length - 1));
      }
    }
    CpuTensor<F> y = result(shape.with(axis, indices.length));
    if (y.elements() > 0) {
      long inner = shape.elementsFrom(axis + 1);
      long outer = y.elements() / inner / indices.length;
      Selection.gather(in.data(), y.data(), outer, length, inner, indices.clone());
    }
    return y;
  }

  @Override
  public Tensor concat(int axis, List<Tensor> parts) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("concat: no parts");
    }
    List<CpuTensor<F>> in = new ArrayList<>();
    Shape first = parts.get(0).shape();
    axisLength("concat", first, axis);
    int total = 0;
    for (int i = 0; i < parts.size(); i++) {
      in.add(own(parts.get(i)));
      Shape shape = parts.get(i).shape();
      if (shape.rank() != first.rank() || !shape.with(axis, 0).equals(first.with(axis, 0))) {
        throw new ShapeException(
            "concat: part "
                + i
                + " is "
                + shape
                + ", which differs from part 0, "
                + first
                + ", in more than axis "
                + axis);
      }
      total = Math.addExact(total, shape.dim(axis));
    }
    CpuTensor<F> y = result(first.with(axis, total));
    long inner = first.elementsFrom(axis + 1);
    long outer = y.elements() == 0 ? 0 : y.elements() / inner / total;
    long start = 0;
    for (CpuTensor<F> part : in) {
      long length = part.shape().dim(axis);
      Selection.place(part.data(), y.data(), outer, length, inner, start, total);
      start += length;
    }
    return y;
  }

  private static int axisLength(String op, Shape shape, int axis) {
    if (axis < 0 || axis >= shape.rank()) {
      throw new ShapeException(op + ": no axis " + axis + " in " + shape);
    }
    return shape.dim(axis);
  }

  @Override
  public GramAccumulator gram(int p, int q) {
    checkOpen();
    return register(new CpuGram<>(backend, this, p, q));
  }

  @Override
  public SumAccumulator sums(int channels) {
    checkOpen();
    return register(new CpuSums<>(backend, this, channels));
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    for (AutoCloseable resource : List.copyOf(open)) {
      close(resource);
    }
    backend.closed(this);
  }

  private static void close(AutoCloseable resource) {
    // Tensors and accumulators are all there is, and none declares a checked exception.
    if (resource instanceof Tensor tensor) {
      tensor.close();
    } else if (resource instanceof GramAccumulator gram) {
      gram.close();
    } else if (resource instanceof SumAccumulator sums) {
      sums.close();
    }
  }

  /** Called by what closes before its scope. */
  void forget(AutoCloseable resource) {
    open.remove(resource);
  }

  /** Returns a tensor with memory of its own, to be filled. */
  private CpuTensor<F> result(Shape shape) {
    checkOpen();
    return register(new CpuTensor<>(this, shape, new Memory<>(backend, shape.elements())));
  }

  private <R extends AutoCloseable> R register(R resource) {
    open.add(resource);
    return resource;
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the scope is closed");
    }
  }

  /** Returns an argument as a tensor of this backend that is open. */
  @SuppressWarnings("unchecked")
  CpuTensor<F> own(Tensor tensor) {
    checkOpen();
    if (!(tensor instanceof CpuTensor<?> cpu) || cpu.scope().backend != backend) {
      throw new IllegalArgumentException(
          "tensor " + tensor.shape() + " belongs to another backend; copy it with toHost()");
    }
    CpuTensor<F> own = (CpuTensor<F>) cpu;
    own.memory();
    return own;
  }
}
