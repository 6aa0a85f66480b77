package dev.pleas.backend.tensor;

/**
 * The memory of a Gram accumulator.
 *
 * @param <M> the memory of tensors
 */
public interface GramSums<M> extends AutoCloseable {
  /**
   * Adds Σₙ Σₗ a[n, i, l]·b[n, j, l]. Not empty.
   *
   * @param a [N, p, L]
   * @param b [N, q, L]; the same object as a where a tensor is multiplied with itself
   */
  void add(M a, M b, int samples, int positions);

  /** Returns a copy of the sums, p×q, row-major. */
  double[] toArray();

  @Override
  void close();
}
