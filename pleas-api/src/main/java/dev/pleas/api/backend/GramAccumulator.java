package dev.pleas.api.backend;

import dev.pleas.api.matrix.Matrix;

/**
 * Adds up cross-Gram matrices Σ a·bᵀ over batches. Each batch may be multiplied in float32; the sum
 * over batches is kept in float64. Belongs to the scope that made it.
 */
public interface GramAccumulator extends AutoCloseable {
  /**
   * Adds Σₙ Σₗ a[n, i, l]·b[n, j, l] to entry (i, j), for every i &lt; p and j &lt; q.
   *
   * @param a [N, p, …]; all axes after the second count as positions l; not modified
   * @param b [N, q, …] with as many samples and positions; not modified; may be {@code a} itself,
   *     which a backend may use to compute one triangle only
   * @throws dev.pleas.api.error.ShapeException if the shapes do not fit
   */
  void add(Tensor a, Tensor b);

  /** Returns a copy of the sum so far, p×q. */
  Matrix toMatrix();

  /** Gives the memory back. Does nothing the second time. */
  @Override
  void close();
}
