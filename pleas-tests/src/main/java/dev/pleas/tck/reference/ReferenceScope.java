package dev.pleas.tck.reference;

import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks the arguments, applies the definition, and rounds. */
final class ReferenceScope implements TensorScope {
  private final ReferenceBackend backend;
  private final Set<Resource> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean closed;

  ReferenceScope(ReferenceBackend backend) {
    this.backend = backend;
  }

  ReferenceBackend backend() {
    return backend;
  }

  void forget(Resource resource) {
    open.remove(resource);
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the scope is closed");
    }
  }

  private <R extends Resource> R keep(R resource) {
    open.add(resource);
    return resource;
  }

  private Tensor make(HostTensor owned) {
    checkOpen();
    return keep(new ReferenceTensor(this, owned));
  }

  private Tensor round(Plain value) {
    return make(value.toHost());
  }

  /** Returns the elements of an argument, which must be open and of this backend. */
  Plain plain(Tensor tensor) {
    checkOpen();
    if (tensor instanceof ReferenceTensor own && own.scope().backend == backend) {
      return own.plain();
    }
    throw new IllegalArgumentException(
        "tensor " + tensor.shape() + " belongs to another backend; copy it with toHost()");
  }

  private Plain vector(String op, String what, Tensor tensor, int length) {
    Plain vector = plain(tensor);
    Expect.shape(op, what, Shape.of(length), vector.shape());
    return vector;
  }

  private @Nullable Plain bias(String op, @Nullable Tensor bias, int length) {
    return bias == null ? null : vector(op, "bias", bias, length);
  }

  @Override
  public Tensor tensor(HostTensor host) {
    return make(HostTensor.wrap(host.shape(), host.values().clone()));
  }

  @Override
  public Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, Window window, int groups) {
    Plain in = plain(x);
    Plain w = plain(weight);
    Expect.convolution(in.shape(), w.shape(), window, groups);
    return round(in.conv2d(w, bias("conv2d", bias, w.dim(0)), window, groups));
  }

  @Override
  public Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
    Plain in = plain(x);
    Plain w = plain(weight);
    Expect.that(in.shape().rank() >= 2, "linear", "input", "[N, C, …]", in.shape());
    boolean fits = w.shape().rank() == 2 && w.dim(1) == in.dim(1);
    Expect.that(fits, "linear", "weight", "[K, " + in.dim(1) + "]", w.shape());
    return round(in.linear(w, bias("linear", bias, w.dim(0))));
  }

  @Override
  public Tensor batchNorm(
      Tensor x, Tensor weight, Tensor bias, Tensor mean, Tensor variance, double epsilon) {
    Plain in = plain(x);
    Expect.that(in.shape().rank() >= 2, "batchNorm", "input", "[N, C, …]", in.shape());
    int channels = in.dim(1);
    return round(
        in.batchNorm(
            vector("batchNorm", "weight", weight, channels),
            vector("batchNorm", "bias", bias, channels),
            vector("batchNorm", "mean", mean, channels),
            vector("batchNorm", "variance", variance, channels),
            epsilon));
  }

  @Override
  public Tensor layerNorm(Tensor x, Tensor weight, @Nullable Tensor bias, double epsilon) {
    Plain in = plain(x);
    boolean fits = in.shape().rank() >= 2 && in.dim(1) > 0;
    Expect.that(fits, "layerNorm", "input", "[N, C, …] with C > 0", in.shape());
    int channels = in.dim(1);
    return round(
        in.layerNorm(
            vector("layerNorm", "weight", weight, channels),
            bias("layerNorm", bias, channels),
            epsilon));
  }

  @Override
  public Tensor attention(Tensor queries, Tensor keys, Tensor values, int heads, double scale) {
    Plain q = plain(queries);
    Plain k = plain(keys);
    Plain v = plain(values);
    Expect.attention(q.shape(), k.shape(), v.shape(), heads);
    return round(q.attention(k, v, heads, scale));
  }

  @Override
  public Tensor relu(Tensor x) {
    return round(plain(x).relu());
  }

  @Override
  public Tensor gelu(Tensor x, Op.Gelu.Form form) {
    return round(plain(x).gelu(form));
  }

  @Override
  public Tensor add(Tensor a, Tensor b) {
    Plain left = plain(a);
    Plain right = plain(b);
    Expect.shape("add", "second operand", left.shape(), right.shape());
    return round(left.plus(right));
  }

  @Override
  public Tensor scale(Tensor x, float factor) {
    return round(plain(x).times(factor));
  }

  @Override
  public Tensor maxPool2d(Tensor x, Window window) {
    Plain in = plain(x);
    Expect.image("maxPool2d", in.shape(), window);
    return round(in.maxPool2d(window));
  }

  @Override
  public Tensor globalAveragePool(Tensor x) {
    Plain in = plain(x);
    boolean fits = in.shape().rank() >= 3 && in.positions() > 0;
    String form = "[N, C, …] with at least one position";
    Expect.that(fits, "globalAveragePool", "input", form, in.shape());
    return round(in.globalAveragePool());
  }

  @Override
  public Tensor unfold(Tensor x, Window window) {
    Plain in = plain(x);
    Expect.image("unfold", in.shape(), window);
    return round(in.unfold(window));
  }

  @Override
  public Tensor reshape(Tensor x, Shape shape) {
    Plain in = plain(x);
    long elements = in.values().length;
    Expect.that(
        shape.elements() == elements,
        "reshape: "
            + in.shape()
            + " has "
            + elements
            + " elements, "
            + shape
            + " has "
            + shape.elements());
    return round(in.reshape(shape));
  }

  @Override
  public Tensor gather(Tensor x, int axis, int[] indices) {
    Plain in = plain(x);
    Expect.axis("gather", axis, in.shape());
    for (int i = 0; i < indices.length; i++) {
      if (indices[i] < 0 || indices[i] >= in.dim(axis)) {
        throw new IndexOutOfBoundsException(
            "gather: entry "
                + i
                + " of the indices is "
                + indices[i]
                + ", axis "
                + axis
                + " has length "
                + in.dim(axis));
      }
    }
    return round(in.gather(axis, indices));
  }

  @Override
  public Tensor concat(int axis, List<Tensor> parts) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("concat: no parts");
    }
    List<Plain> in = parts.stream().map(this::plain).toList();
    Shape first = in.get(0).shape();
    Expect.axis("concat", axis, first);
    for (Plain part : in) {
      boolean fits =
          part.shape().rank() == first.rank()
              && part.shape().with(axis, 0).equals(first.with(axis, 0));
      String form = "like the first, " + first + ", but for axis " + axis;
      Expect.that(fits, "concat", "every part", form, part.shape());
    }
    return round(Plain.concat(axis, in));
  }

  @Override
  public GramAccumulator gram(int p, int q) {
    checkOpen();
    return keep(new ReferenceGram(this, p, q));
  }

  @Override
  public SumAccumulator sums(int channels) {
    checkOpen();
    return keep(new ReferenceSums(this, channels));
  }

  @Override
  public void close() {
    closed = true;
    List.copyOf(open).forEach(Resource::close);
    backend.forget(this);
  }
}
