package dev.pleas.backend.cholesky;

/**
 * Products A·X of matrices A that come in panels, a few rows at a time, with one matrix X, p×q.
 * Used by one thread. Any method may throw, as those of a device do; it is closed nevertheless.
 */
public interface PanelProduct extends AutoCloseable {
  /**
   * Computes out = A[first … first+rows−1, ·]·X.
   *
   * @param a a matrix of p columns, row-major; neither kept nor modified
   * @param first the first row of the panel
   * @param rows the rows of the panel, which a has; may be 0
   * @param out rows×q, row-major, or longer. Modified: its first rows·q elements are the product.
   */
  void multiply(double[] a, int first, int rows, double[] out);

  /** Frees what was allocated for X. Called once. */
  @Override
  void close();
}
