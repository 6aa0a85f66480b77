package dev.pleas.core.oracle;

import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Window;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The smallest backend that fulfils the contract: {@link Plain}'s operations, rounded to float32
 * once, and a count of the bytes that are open.
 */
public final class NaiveBackend implements TensorBackend {
  private final Set<NaiveTensor> open = new HashSet<>();

  @Override
  public String description() {
    return "naive";
  }

  @Override
  public TensorScope newScope() {
    return new NaiveScope();
  }

  @Override
  public long memoryBytes() {
    return open.stream().mapToLong(tensor -> Float.BYTES * tensor.shape().elements()).sum();
  }

  @Override
  public void close() {
    List.copyOf(open).forEach(NaiveTensor::close);
  }

  private final class NaiveTensor implements Tensor {
    private final HostTensor host;

    NaiveTensor(HostTensor host) {
      this.host = host;
      open.add(this);
    }

    @Override
    public Shape shape() {
      return host.shape();
    }

    @Override
    public HostTensor toHost() {
      if (!open.contains(this)) {
        throw new IllegalStateException("the tensor is closed");
      }
      return host;
    }

    @Override
    public void close() {
      open.remove(this);
    }
  }

  private static Plain plain(Tensor tensor) {
    return Plain.of(tensor.toHost());
  }

  private static @Nullable Plain optional(@Nullable Tensor tensor) {
    return tensor == null ? null : plain(tensor);
  }

  private final class NaiveScope implements TensorScope {
    private final List<NaiveTensor> tensors = new ArrayList<>();

    private Tensor make(Plain value) {
      return tensor(value.toHost());
    }

    @Override
    public Tensor tensor(HostTensor host) {
      NaiveTensor tensor = new NaiveTensor(HostTensor.wrap(host.shape(), host.values().clone()));
      tensors.add(tensor);
      return tensor;
    }

    @Override
    public Tensor conv2d(
        Tensor x, Tensor weight, @Nullable Tensor bias, Window window, int groups) {
      return make(plain(x).conv2d(plain(weight), optional(bias), window, groups));
    }

    @Override
    public Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
      return make(plain(x).linear(plain(weight), optional(bias)));
    }

    @Override
    public Tensor batchNorm(
        Tensor x, Tensor weight, Tensor bias, Tensor mean, Tensor variance, double epsilon) {
      return make(
          plain(x).batchNorm(plain(weight), plain(bias), plain(mean), plain(variance), epsilon));
    }

    @Override
    public Tensor layerNorm(Tensor x, Tensor weight, @Nullable Tensor bias, double epsilon) {
      throw new UnsupportedOperationException("layerNorm");
    }

    @Override
    public Tensor attention(Tensor queries, Tensor keys, Tensor values, int heads, double scale) {
      throw new UnsupportedOperationException("attention");
    }

    @Override
    public Tensor gelu(Tensor x, dev.pleas.api.graph.Op.Gelu.Form form) {
      throw new UnsupportedOperationException("gelu");
    }

    @Override
    public Tensor relu(Tensor x) {
      return make(plain(x).relu());
    }

    @Override
    public Tensor add(Tensor a, Tensor b) {
      return make(plain(a).plus(plain(b)));
    }

    @Override
    public Tensor scale(Tensor x, float factor) {
      return make(plain(x).times(factor));
    }

    @Override
    public Tensor maxPool2d(Tensor x, Window window) {
      return make(plain(x).maxPool2d(window));
    }

    @Override
    public Tensor globalAveragePool(Tensor x) {
      return make(plain(x).globalAveragePool());
    }

    @Override
    public Tensor unfold(Tensor x, Window window) {
      return make(plain(x).unfold(window));
    }

    @Override
    public Tensor reshape(Tensor x, Shape shape) {
      return make(new Plain(shape, plain(x).values()));
    }

    @Override
    public Tensor gather(Tensor x, int axis, int[] indices) {
      return make(plain(x).gather(axis, indices));
    }

    @Override
    public Tensor concat(int axis, List<Tensor> parts) {
      Shape first = parts.get(0).shape();
      int outer = (int) (first.elements() / first.elementsFrom(axis));
      int length = parts.stream().mapToInt(part -> part.shape().dim(axis)).sum();
      float[] out = new float[(int) first.with(axis, length).elements()];
      int at = 0;
      for (int o = 0; o < outer; o++) {
        for (Tensor part : parts) {
          int block = (int) part.shape().elementsFrom(axis);
          System.arraycopy(part.toHost().values(), o * block, out, at, block);
          at += block;
        }
      }
      return tensor(HostTensor.wrap(first.with(axis, length), out));
    }

    @Override
    public GramAccumulator gram(int p, int q) {
      return new NaiveGram(p, q);
    }

    @Override
    public SumAccumulator sums(int channels) {
      return new NaiveSums(channels);
    }

    @Override
    public void close() {
      tensors.forEach(NaiveTensor::close);
    }
  }

  private static final class NaiveGram implements GramAccumulator {
    private final int p;
    private final int q;
    private final double[] sum;

    NaiveGram(int p, int q) {
      this.p = p;
      this.q = q;
      this.sum = new double[p * q];
    }

    @Override
    public void add(Tensor a, Tensor b) {
      Plain x = plain(a);
      Plain y = plain(b);
      int positions = x.positions();
      for (int n = 0; n < x.dim(0); n++) {
        for (int i = 0; i < p; i++) {
          for (int j = 0; j < q; j++) {
            for (int l = 0; l < positions; l++) {
              sum[i * q + j] +=
                  x.values()[(n * p + i) * positions + l] * y.values()[(n * q + j) * positions + l];
            }
          }
        }
      }
    }

    @Override
    public Matrix toMatrix() {
      return Matrix.wrap(p, q, sum.clone());
    }

    @Override
    public void close() {}
  }

  private static final class NaiveSums implements SumAccumulator {
    private final double[] sums;
    private final double[] squares;
    private long count;

    NaiveSums(int channels) {
      sums = new double[channels];
      squares = new double[channels];
    }

    @Override
    public void add(Tensor tensor) {
      Plain x = plain(tensor);
      int positions = x.positions();
      count += (long) x.dim(0) * positions;
      for (int i = 0; i < x.values().length; i++) {
        int c = i / positions % sums.length;
        sums[c] += x.values()[i];
        squares[c] += x.values()[i] * x.values()[i];
      }
    }

    @Override
    public long count() {
      return count;
    }

    @Override
    public double[] sums() {
      return sums.clone();
    }

    @Override
    public double[] squares() {
      return squares.clone();
    }

    @Override
    public void close() {}
  }
}
