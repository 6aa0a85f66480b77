package dev.pleas.backend.tensor;

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

/** Checks arguments, makes the result, and has a kernel fill it. */
final class KernelScope<M> implements TensorScope {
  private final KernelBackend<M> backend;
  private final Kernels<M> kernels;
  private final Set<AutoCloseable> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean closed;

  KernelScope(KernelBackend<M> backend) {
    this.backend = backend;
    this.kernels = backend.kernels();
  }

  @Override
  public Tensor tensor(HostTensor host) {
    KernelTensor<M> result = result(host.shape());
    kernels.write(host.values(), result.data());
    return result;
  }

  @Override
  public Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, Window window, int groups) {
    KernelTensor<M> in = own(x);
    KernelTensor<M> w = own(weight);
    ConvolutionForm form = Require.convolution(x.shape(), weight.shape(), window, groups);
    KernelTensor<M> b = bias("conv2d", bias, form.filters());
    KernelTensor<M> y =
        result(Shape.of(form.samples(), form.filters(), form.outputHeight(), form.outputWidth()));
    if (y.elements() > 0 && form.channels() > 0) {
      kernels.convolve(form, in.data(), w.data(), data(b), y.data());
    } else if (y.elements() > 0) {
      kernels.broadcast(Extent.of(y.shape()), data(b), y.data());
    }
    return y;
  }

  @Override
  public Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
    KernelTensor<M> in = own(x);
    KernelTensor<M> w = own(weight);
    Shape shape = x.shape();
    Require.channels("linear", "input", shape);
    int features = shape.dim(1);
    Require.rank("linear", "weight", weight.shape(), 2, "[K, " + features + "]");
    int outputs = weight.shape().dim(0);
    Require.shape("linear", "weight", Shape.of(outputs, features), weight.shape());
    KernelTensor<M> b = bias("linear", bias, outputs);
    KernelTensor<M> y = result(shape.with(1, outputs));
    if (y.elements() > 0 && features > 0) {
      kernels.linear(Extent.of(shape), outputs, in.data(), w.data(), data(b), y.data());
    } else if (y.elements() > 0) {
      kernels.broadcast(Extent.of(y.shape()), data(b), y.data());
    }
    return y;
  }

  private @Nullable KernelTensor<M> bias(String op, @Nullable Tensor bias, int length) {
    if (bias == null) {
      return null;
    }
    Require.shape(op, "bias", Shape.of(length), bias.shape());
    return own(bias);
  }

  @Override
  public Tensor batchNorm(
      Tensor x, Tensor weight, Tensor bias, Tensor mean, Tensor variance, double epsilon) {
    KernelTensor<M> in = own(x);
    Require.channels("batchNorm", "input", x.shape());
    int channels = x.shape().dim(1);
    Kernels.Normalization<M> normalization =
        new Kernels.Normalization<>(
            vector("batchNorm", "weight", weight, channels),
            vector("batchNorm", "bias", bias, channels),
            vector("batchNorm", "mean", mean, channels),
            vector("batchNorm", "variance", variance, channels),
            epsilon);
    KernelTensor<M> y = result(x.shape());
    kernels.batchNorm(Extent.of(x.shape()), in.data(), normalization, y.data());
    return y;
  }

  private M vector(String op, String what, Tensor tensor, int length) {
    KernelTensor<M> own = own(tensor);
    Require.shape(op, what, Shape.of(length), tensor.shape());
    return own.data();
  }

  private static <M> @Nullable M data(@Nullable KernelTensor<M> tensor) {
    return tensor == null ? null : tensor.data();
  }

  @Override
  public Tensor layerNorm(Tensor x, Tensor weight, @Nullable Tensor bias, double epsilon) {
    KernelTensor<M> in = own(x);
    Shape shape = x.shape();
    Require.channels("layerNorm", "input", shape);
    int channels = shape.dim(1);
    if (channels == 0) {
      throw Require.mismatch("layerNorm", "input", "[N, C, …] with C > 0", shape);
    }
    M w = vector("layerNorm", "weight", weight, channels);
    KernelTensor<M> b = bias("layerNorm", bias, channels);
    KernelTensor<M> y = result(shape);
    if (y.elements() > 0) {
      kernels.layerNorm(Extent.of(shape), in.data(), w, data(b), epsilon, y.data());
    }
    return y;
  }

  @Override
  public Tensor attention(Tensor queries, Tensor keys, Tensor values, int heads, double scale) {
    KernelTensor<M> q = own(queries);
    KernelTensor<M> k = own(keys);
    KernelTensor<M> v = own(values);
    AttentionForm form =
        Require.attention(queries.shape(), keys.shape(), values.shape(), heads, scale);
    KernelTensor<M> y = result(values.shape().with(2, form.queries()));
    if (y.elements() > 0) {
      kernels.attention(form, q.data(), k.data(), v.data(), y.data());
    }
    return y;
  }

  @Override
  public Tensor gelu(Tensor x, Op.Gelu.Form form) {
    KernelTensor<M> in = own(x);
    KernelTensor<M> y = result(x.shape());
    kernels.gelu(in.data(), form, y.data(), y.elements());
    return y;
  }

  @Override
  public Tensor tanh(Tensor x) {
    KernelTensor<M> in = own(x);
    KernelTensor<M> y = result(x.shape());
    kernels.tanh(in.data(), y.data(), y.elements());
    return y;
  }

  @Override
  public Tensor sigmoid(Tensor x) {
    KernelTensor<M> in = own(x);
    KernelTensor<M> y = result(x.shape());
    kernels.sigmoid(in.data(), y.data(), y.elements());
    return y;
  }

  @Override
  public Tensor clip(Tensor x, float low, float high) {
    KernelTensor<M> in = own(x);
    KernelTensor<M> y = result(x.shape());
    kernels.clip(in.data(), low, high, y.data(), y.elements());
    return y;
  }

  @Override
  public Tensor relu(Tensor x) {
    KernelTensor<M> in = own(x);
    KernelTensor<M> y = result(x.shape());
    kernels.relu(in.data(), y.data(), y.elements());
    return y;
  }

  @Override
  public Tensor add(Tensor a, Tensor b) {
    KernelTensor<M> left = own(a);
    KernelTensor<M> right = own(b);
    Require.shape("add", "second operand", a.shape(), b.shape());
    KernelTensor<M> y = result(a.shape());
    kernels.add(left.data(), right.data(), y.data(), y.elements());
    return y;
  }

  @Override
  public Tensor multiply(Tensor a, Tensor b) {
    KernelTensor<M> left = own(a);
    KernelTensor<M> right = own(b);
    Require.shape("multiply", "second operand", a.shape(), b.shape());
    KernelTensor<M> y = result(a.shape());
    kernels.multiply(left.data(), right.data(), y.data(), y.elements());
    return y;
  }

  @Override
  public Tensor scale(Tensor x, float factor) {
    KernelTensor<M> in = own(x);
    KernelTensor<M> y = result(x.shape());
    kernels.scale(in.data(), factor, y.data(), y.elements());
    return y;
  }

  @Override
  public Tensor maxPool2d(Tensor x, Window window) {
    KernelTensor<M> in = own(x);
    Shape shape = x.shape();
    Require.window("maxPool2d", shape, window);
    int height = shape.dim(2);
    int width = shape.dim(3);
    int planes = Math.multiplyExact(shape.dim(0), shape.dim(1));
    KernelTensor<M> y =
        result(shape.with(2, window.outputHeight(height)).with(3, window.outputWidth(width)));
    kernels.maxPool(in.data(), y.data(), planes, height, width, window);
    return y;
  }

  @Override
  public Tensor globalAveragePool(Tensor x) {
    KernelTensor<M> in = own(x);
    Shape shape = x.shape();
    if (shape.rank() < 3 || shape.elementsFrom(2) == 0) {
      throw Require.mismatch(
          "globalAveragePool", "input", "[N, C, …] with at least one position", shape);
    }
    int positions = Math.toIntExact(shape.elementsFrom(2));
    KernelTensor<M> y = result(Shape.of(shape.dim(0), shape.dim(1)));
    kernels.averagePool(in.data(), y.data(), Math.toIntExact(y.elements()), positions);
    return y;
  }

  @Override
  public Tensor unfold(Tensor x, Window window) {
    KernelTensor<M> in = own(x);
    Shape shape = x.shape();
    Require.window("unfold", shape, window);
    int height = shape.dim(2);
    int width = shape.dim(3);
    int positions = Math.multiplyExact(window.outputHeight(height), window.outputWidth(width));
    return unfold(in, window, null, positions);
  }

  @Override
  public Tensor unfold(Tensor x, Window window, int[] positions) {
    KernelTensor<M> in = own(x);
    Shape shape = x.shape();
    Require.window("unfold", shape, window);
    int height = shape.dim(2);
    int width = shape.dim(3);
    int all = Math.multiplyExact(window.outputHeight(height), window.outputWidth(width));
    for (int position : positions) {
      Objects.checkIndex(position, all);
    }
    return unfold(in, window, positions.clone(), positions.length);
  }

  private Tensor unfold(KernelTensor<M> x, Window window, int @Nullable [] chosen, int positions) {
    Shape shape = x.shape();
    int rows = Math.multiplyExact(shape.dim(1), window.taps());
    KernelTensor<M> y = result(Shape.of(shape.dim(0), rows, positions));
    int planes = Math.multiplyExact(shape.dim(0), shape.dim(1));
    kernels.unfold(x.data(), y.data(), planes, shape.dim(2), shape.dim(3), window, chosen);
    return y;
  }

  @Override
  public Tensor reshape(Tensor x, Shape shape) {
    KernelTensor<M> in = own(x);
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
    return register(new KernelTensor<>(this, shape, in.memory().share()));
  }

  @Override
  public Tensor gather(Tensor x, int axis, int[] indices) {
    KernelTensor<M> in = own(x);
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
    KernelTensor<M> y = result(shape.with(axis, indices.length));
    if (y.elements() > 0) {
      long inner = shape.elementsFrom(axis + 1);
      long outer = y.elements() / inner / indices.length;
      kernels.gather(in.data(), y.data(), outer, length, inner, indices.clone());
    }
    return y;
  }

  @Override
  public Tensor concat(int axis, List<Tensor> parts) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("concat: no parts");
    }
    List<KernelTensor<M>> in = new ArrayList<>();
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
    KernelTensor<M> y = result(first.with(axis, total));
    long inner = first.elementsFrom(axis + 1);
    long outer = y.elements() == 0 ? 0 : y.elements() / inner / total;
    long start = 0;
    for (KernelTensor<M> part : in) {
      long length = part.shape().dim(axis);
      kernels.place(part.data(), y.data(), outer, length, inner, start, total);
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
    return register(new KernelGram<>(this, kernels, p, q));
  }

  @Override
  public SumAccumulator sums(int channels) {
    checkOpen();
    return register(new KernelSums<>(this, kernels, channels));
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    Closing closing = new Closing();
    for (AutoCloseable resource : List.copyOf(open)) {
      closing.close(() -> close(resource));
    }
    closing.close(() -> backend.closed(this));
    closing.finish();
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

  void read(M memory, float[] values) {
    kernels.read(memory, values);
  }

  /** Called by what closes before its scope. */
  void forget(AutoCloseable resource) {
    open.remove(resource);
  }

  /** Returns a tensor with memory of its own, to be filled. */
  private KernelTensor<M> result(Shape shape) {
    checkOpen();
    return register(new KernelTensor<>(this, shape, new SharedMemory<>(backend, shape.elements())));
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
  KernelTensor<M> own(Tensor tensor) {
    checkOpen();
    if (!(tensor instanceof KernelTensor<?> kernel) || kernel.scope().backend != backend) {
      throw new IllegalArgumentException(
          "tensor " + tensor.shape() + " belongs to another backend; copy it with toHost()");
    }
    KernelTensor<M> own = (KernelTensor<M>) kernel;
    own.memory();
    return own;
  }
}
