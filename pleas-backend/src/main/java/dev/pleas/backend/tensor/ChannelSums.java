package dev.pleas.backend.tensor;

/**
 * The memory of an accumulator of channel sums.
 *
 * @param <M> the memory of tensors
 */
public interface ChannelSums<M> extends AutoCloseable {
  /**
   * Adds every element and its square to its channel. Not empty.
   *
   * @param x [N, C, L]
   */
  void add(M x, int samples, int positions);

  /** Returns a copy of the sums, one per channel. */
  double[] sums();

  /** Returns a copy of the sums of squares, one per channel. */
  double[] squares();

  @Override
  void close();
}
