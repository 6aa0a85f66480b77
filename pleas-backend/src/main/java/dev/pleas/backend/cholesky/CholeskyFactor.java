package dev.pleas.backend.cholesky;

/**
 * A symmetric matrix S on its way to its Cholesky factor, S = L·Lᵀ, in memory of its own. Rows are
 * set first, each once and in order, then it is factored once, then it solves. A method that throws
 * leaves it fit for nothing but to be closed. Not safe for several threads.
 */
public interface CholeskyFactor extends AutoCloseable {
  /**
   * Sets row i of S, of which only the lower triangle needs to be read.
   *
   * @param values p values; not kept
   */
  void setRow(int i, double[] values);

  /**
   * Factors S in place.
   *
   * @return p, or how many columns were done when the next pivot was not positive; the factor is
   *     then of no use
   */
  int factor();

  /** Returns the i-th pivot, L[i, i]². */
  double pivot(int i);

  /**
   * Solves S·X = B.
   *
   * @param b p×q, row-major. Modified: X on return.
   */
  void solve(double[] b, int q);

  /** Frees the memory. */
  @Override
  void close();
}
