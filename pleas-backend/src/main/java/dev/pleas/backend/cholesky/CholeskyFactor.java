package dev.pleas.backend.cholesky;

/**
 * A symmetric matrix S, p×p, on its way to its Cholesky factor, S = L·Lᵀ, in memory of its own. All
 * rows are set, in order; then it is factored, once; then it is asked for pivots and solutions, in
 * any order and number; then it is closed, whatever happened before. {@link CholeskySolver} calls
 * it so, from one thread, and an implementation need not check. Any method may throw, as those of a
 * device do; then it is only closed.
 */
public interface CholeskyFactor extends AutoCloseable {
  /**
   * Sets row i of S. Called with i = 0, 1 … p−1, once each, before {@link #factor}: rows may be
   * collected and handed on several at a time.
   *
   * @param values p values, of which those up to the diagonal need to be read; neither kept nor
   *     modified, as the caller fills it with the next row
   */
  void setRow(int i, double[] values);

  /**
   * Factors S in place.
   *
   * @return p, or how many columns were done when the next pivot was not positive (which includes
   *     NaN); the factor is then of no use but to be closed
   */
  int factor();

  /**
   * Returns the i-th pivot, L[i, i]². Asked for after {@link #factor} has returned p, and then
   * about 2p times in a row.
   */
  double pivot(int i);

  /**
   * Solves S·X = B. Asked for after {@link #factor} has returned p: some 20 times with one column,
   * to estimate conditions, and once with all right-hand sides.
   *
   * @param b p×q, row-major. Modified: X on return.
   * @param q may be 0
   */
  void solve(double[] b, int q);

  /** Frees the memory. Called once. */
  @Override
  void close();
}
