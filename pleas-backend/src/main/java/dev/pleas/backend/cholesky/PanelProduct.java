package dev.pleas.backend.cholesky;

/** Multiplies rows of one matrix after another with a fixed matrix X, p×q. */
public interface PanelProduct extends AutoCloseable {
  /**
   * Computes out = A[first … first+rows−1, ·]·X.
   *
   * @param a a matrix of p columns, row-major; not modified
   * @param out rows×q, row-major. Modified.
   */
  void multiply(double[] a, int first, int rows, double[] out);

  /** Frees what was allocated for X. */
  @Override
  void close();
}
