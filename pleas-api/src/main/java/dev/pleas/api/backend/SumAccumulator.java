package dev.pleas.api.backend;

/**
 * Adds up channel sums and sums of squares over batches, in float64. Belongs to the scope that made
 * it.
 */
public interface SumAccumulator extends AutoCloseable {
  /**
   * Adds every x[n, c, l] and its square to channel c, in float64.
   *
   * @param x [N, C, …]; all axes after the second count as positions; not modified
   * @throws dev.pleas.api.error.ShapeException if the shapes do not fit
   */
  void add(Tensor x);

  /** Returns how many values each channel has seen, Σ N·L. */
  long count();

  /** Returns a copy of the sums, one per channel. */
  double[] sums();

  /** Returns a copy of the sums of squares, one per channel. */
  double[] squares();

  /** Gives the memory back. Does nothing the second time. */
  @Override
  void close();
}
