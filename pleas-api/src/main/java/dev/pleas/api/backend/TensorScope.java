package dev.pleas.api.backend;

import dev.pleas.api.error.ShapeException;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An arena of tensors and the operations that fill it. Every operation returns a new tensor that
 * belongs to this scope; closing the scope closes them all. Arguments may come from any scope of
 * the same backend; they are never modified.
 *
 * <p>Shapes that do not fit are a {@link ShapeException}, closed arguments or a closed scope an
 * {@link IllegalStateException}, tensors of another backend an {@link IllegalArgumentException},
 * and a result that the memory of a device cannot hold a {@link
 * dev.pleas.api.error.DeviceMemoryException}, after which the scope can still be used. NaN and
 * infinities propagate as IEEE 754 says. Axes of length 0 are allowed wherever the result is
 * defined. A scope is used by one thread at a time; different scopes may be used by different
 * threads if the backend {@linkplain TensorBackend#concurrent() says so}.
 */
public interface TensorScope extends AutoCloseable {
  /** Copies a host tensor to the backend. */
  Tensor tensor(HostTensor host);

  /**
   * 2-D cross-correlation as PyTorch's {@code conv2d}.
   *
   * @param x [N, C, H, W]
   * @param weight [K, C / groups, kernelHeight, kernelWidth]
   * @param bias [K], or null
   * @param groups divides C and K
   * @return [N, K, H', W']
   */
  Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, Window window, int groups);

  /**
   * weight·x + bias at every position: entry [n, k, l] is Σ_c weight[k, c]·x[n, c, l] + bias[k].
   *
   * @param x [N, C, …]; all axes after the second count as positions
   * @param weight [K, C]
   * @param bias [K], or null
   * @return [N, K, …]
   */
  Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias);

  /**
   * Batch normalization in inference: (x − mean) / √(variance + epsilon) · weight + bias per
   * channel of axis 1.
   *
   * @param x [N, C, …]
   * @param weight [C]
   * @param bias [C]
   * @param mean [C]
   * @param variance [C]
   * @return the shape of x
   */
  Tensor batchNorm(
      Tensor x, Tensor weight, Tensor bias, Tensor mean, Tensor variance, double epsilon);

  /**
   * Layer normalization over axis 1: at every sample and position, (x − mean) / √(variance +
   * epsilon) · weight + bias with the mean and the biased variance of the C channels there.
   *
   * @param x [N, C, …] with C &gt; 0
   * @param weight [C]
   * @param bias [C], or null
   * @return the shape of x
   */
  Tensor layerNorm(Tensor x, Tensor weight, @Nullable Tensor bias, double epsilon);

  /**
   * Scaled dot-product attention, as {@link dev.pleas.api.graph.Op.Attention} defines it. The
   * softmax takes the largest score away before it exponentiates, so large scores do not overflow.
   *
   * @param queries [N, heads·d, T]
   * @param keys [N, heads·d, S] with S &gt; 0
   * @param values [N, heads·e, S]
   * @param heads divides the channels of all three
   * @return [N, heads·e, T]
   */
  Tensor attention(Tensor queries, Tensor keys, Tensor values, int heads, double scale);

  /** max(x, 0) for each element; NaN stays NaN. */
  Tensor relu(Tensor x);

  /** The Gaussian error linear unit of each element; NaN stays NaN, −∞ becomes 0. */
  Tensor gelu(Tensor x, Op.Gelu.Form form);

  /**
   * The hyperbolic tangent of each element; NaN stays NaN. Unless a backend has its own it is done
   * on the host, as the other methods of this interface that have a default on elements.
   */
  default Tensor tanh(Tensor x) {
    return onHost(x, Math::tanh);
  }

  /** 1 / (1 + exp(−x)) for each element; NaN stays NaN. */
  default Tensor sigmoid(Tensor x) {
    return onHost(x, v -> 1 / (1 + Math.exp(-v)));
  }

  /**
   * min(max(x, low), high) for each element; NaN stays NaN.
   *
   * @param low at most {@code high}; −∞ is no bound
   * @param high ∞ is no bound
   */
  default Tensor clip(Tensor x, float low, float high) {
    return onHost(x, v -> Math.min(Math.max(v, low), high));
  }

  private Tensor onHost(Tensor x, DoubleUnaryOperator f) {
    HostTensor host = host(x);
    float[] values = host.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) f.applyAsDouble(values[i]);
    }
    return tensor(HostTensor.wrap(host.shape(), values));
  }

  private HostTensor host(Tensor x) {
    // A tensor of another backend can be copied to the host too; reshaping refuses it.
    try (Tensor own = reshape(x, x.shape())) {
      return own.toHost();
    }
  }

  /** a + b, of equal shapes. */
  Tensor add(Tensor a, Tensor b);

  /** a · b, element by element, of equal shapes. */
  default Tensor multiply(Tensor a, Tensor b) {
    if (!a.shape().equals(b.shape())) {
      throw new ShapeException(
          "multiply: second operand: expected " + a.shape() + ", found " + b.shape());
    }
    float[] product = host(a).values().clone();
    float[] factors = host(b).values();
    for (int i = 0; i < product.length; i++) {
      product[i] *= factors[i];
    }
    return tensor(HostTensor.wrap(a.shape(), product));
  }

  /** factor · x. */
  Tensor scale(Tensor x, float factor);

  /**
   * The largest element in each window; padding never wins.
   *
   * @param x [N, C, H, W]
   * @return [N, C, H', W']
   */
  Tensor maxPool2d(Tensor x, Window window);

  /**
   * The mean over all positions.
   *
   * @param x [N, C, …] with at least one axis of positions, and at least one position
   * @return [N, C]
   */
  Tensor globalAveragePool(Tensor x);

  /**
   * The patches that a convolution multiplies with its weight, as PyTorch's {@code unfold}: entry
   * [n, (c·kernelHeight + i)·kernelWidth + j, y·W' + x] is the element under tap (i, j) of channel
   * c at window position (y, x), and 0 in the padding. So for a convolution without groups, its
   * output is weight.reshape(K, −1) times each sample's matrix.
   *
   * @param x [N, C, H, W]
   * @return [N, C·kernelHeight·kernelWidth, H'·W']
   */
  Tensor unfold(Tensor x, Window window);

  /**
   * Some columns of {@link #unfold(Tensor, Window)}: {@code gather(unfold(x, window), 2,
   * positions)}. A backend may do it without making the others.
   *
   * @param x [N, C, H, W]
   * @param positions each 0 ≤ position &lt; H'·W', in any order
   * @return [N, C·kernelHeight·kernelWidth, positions.length]
   * @throws IndexOutOfBoundsException if a position is out of range
   */
  default Tensor unfold(Tensor x, Window window, int[] positions) {
    try (Tensor all = unfold(x, window)) {
      return gather(all, 2, positions);
    }
  }

  /** The same elements in the same row-major order under another shape with as many elements. */
  Tensor reshape(Tensor x, Shape shape);

  /**
   * The given indices of an axis, in the given order; an index may occur several times or never.
   *
   * @param axis 0 ≤ axis &lt; rank
   * @param indices each 0 ≤ index &lt; length of the axis
   * @return the shape of x with {@code indices.length} for the axis
   * @throws IndexOutOfBoundsException if an index is out of range
   */
  Tensor gather(Tensor x, int axis, int[] indices);

  /**
   * The parts one after another along an axis; their other axes are equal.
   *
   * @param parts at least one
   */
  Tensor concat(int axis, List<Tensor> parts);

  /** Returns a new accumulator of p×q cross-Gram matrices, all zero. */
  GramAccumulator gram(int p, int q);

  /** Returns a new accumulator of channel sums, all zero. */
  SumAccumulator sums(int channels);

  /** Closes every tensor and accumulator of this scope. Does nothing the second time. */
  @Override
  void close();
}
