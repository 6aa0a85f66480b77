package dev.pleas.backend.tensor;

import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import org.jspecify.annotations.Nullable;

/**
 * What a backend computes, on memory of the right size: shapes have been checked, results
 * allocated, and nothing is empty unless a method says so. Results never share memory with
 * arguments. What each operation means is said in {@link dev.pleas.api.backend.TensorScope}.
 *
 * @param <M> the memory
 */
public interface Kernels<M> {
  /** Copies elements from the host. May be empty. */
  void write(float[] values, M y);

  /** Copies as many elements to the host as fit there. May be empty. */
  void read(M x, float[] values);

  /**
   * Convolution.
   *
   * @param x [N, C, H, W]
   * @param weight [K, C / groups, kernelHeight, kernelWidth]
   * @param bias [K], or null
   * @param y gets [N, K, H′, W′]
   */
  void convolve(ConvolutionForm form, M x, M weight, @Nullable M bias, M y);

  /**
   * The product with a matrix at every position.
   *
   * @param form the sizes of x
   * @param outputs K
   * @param x [N, C, L]
   * @param weight [K, C]
   * @param bias [K], or null
   * @param y gets [N, K, L]
   */
  void linear(Extent form, int outputs, M x, M weight, @Nullable M bias, M y);

  /**
   * One value per channel, everywhere.
   *
   * @param value [C], or null for zeros
   * @param y gets [N, C, L]
   */
  void broadcast(Extent form, @Nullable M value, M y);

  /**
   * Batch normalization.
   *
   * @param x [N, C, L]; may be empty
   * @param y gets [N, C, L]
   */
  void batchNorm(Extent form, M x, Normalization<M> normalization, M y);

  /**
   * The parameters of a batch normalization, each [C].
   *
   * @param <M> the memory
   */
  record Normalization<M>(M weight, M bias, M mean, M variance, double epsilon) {}

  /**
   * Layer normalization.
   *
   * @param x [N, C, L]
   * @param weight [C]
   * @param bias [C], or null
   * @param y gets [N, C, L]
   */
  void layerNorm(Extent form, M x, M weight, @Nullable M bias, double epsilon, M y);

  /**
   * Attention. Keys may have no channels.
   *
   * @param q [N, heads·d, T]
   * @param k [N, heads·d, S]
   * @param v [N, heads·e, S]
   * @param y gets [N, heads·e, T]
   */
  void attention(AttentionForm form, M q, M k, M v, M y);

  /** max(x, 0). May be empty. */
  void relu(M x, M y, long elements);

  /** The Gaussian error linear unit. May be empty. */
  void gelu(M x, Op.Gelu.Form form, M y, long elements);

  /** The hyperbolic tangent. May be empty. */
  void tanh(M x, M y, long elements);

  /** 1 / (1 + exp(−x)). May be empty. */
  void sigmoid(M x, M y, long elements);

  /** min(max(x, low), high); NaN stays NaN. May be empty. */
  void clip(M x, float low, float high, M y, long elements);

  /** a + b. May be empty. */
  void add(M a, M b, M y, long elements);

  /** a · b. May be empty. */
  void multiply(M a, M b, M y, long elements);

  /** factor · x. May be empty. */
  void scale(M x, float factor, M y, long elements);

  /**
   * The largest element of each window. May be empty.
   *
   * @param x [planes, height, width]
   * @param y gets [planes, H′, W′]
   */
  void maxPool(M x, M y, int planes, int height, int width, Window window);

  /**
   * Means of rows. May be empty.
   *
   * @param x [planes, positions]
   * @param y gets [planes]
   */
  void averagePool(M x, M y, int planes, int positions);

  /**
   * The patches under a window. May be empty.
   *
   * @param x [planes, height, width]
   * @param chosen the window positions that are wanted, each in range; null for all
   * @param y gets [planes · taps, positions]
   */
  void unfold(M x, M y, int planes, int height, int width, Window window, int @Nullable [] chosen);

  /**
   * Entries of an axis.
   *
   * @param x [outer, length, inner]
   * @param y gets [outer, indices.length, inner]
   * @param indices each at least 0 and less than length
   */
  void gather(M x, M y, long outer, int length, long inner, int[] indices);

  /**
   * Puts a tensor at its place along an axis. May be empty.
   *
   * @param x [outer, length, inner]
   * @param y [outer, total, inner], of which entries start … start + length − 1 of the middle axis
   *     are set
   */
  void place(M x, M y, long outer, long length, long inner, long start, long total);

  /** Returns sums of products, all zero. */
  GramSums<M> gramSums(int p, int q);

  /** Returns sums of channels, all zero. */
  ChannelSums<M> channelSums(int channels);
}
