package dev.pleas.tck.reference;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix by Jacobi's cyclic method: plane rotations
 * that make one off-diagonal element 0 after the other, until all are below rounding (Golub and Van
 * Loan, <i>Matrix Computations</i>, 4th ed., section 8.5).
 */
final class JacobiEigenvalues {
  private final double[] a;
  private final double[] rows;
  private final int p;

  /**
   * @param a p×p, both triangles. Modified.
   */
  JacobiEigenvalues(double[] a, int p) {
    this.a = a;
    this.p = p;
    rows = new double[p * p];
    double norm = 0;
    for (int k = 0; k < p * p; k++) {
      norm = Math.hypot(norm, a[k]);
      rows[k] = k / p == k % p ? 1 : 0;
    }
    double negligible = norm * 0x1p-60 / p;
    while (sweep(negligible)) {}
  }

  /** Returns the eigenvalues, in no order. */
  double[] values() {
    double[] values = new double[p];
    for (int i = 0; i < p; i++) {
      values[i] = a[i * p + i];
    }
    return values;
  }

  /** Returns component i of the k-th eigenvector, which has length 1. */
  double vector(int k, int i) {
    return rows[k * p + i];
  }

  private boolean sweep(double negligible) {
    boolean any = false;
    for (int i = 0; i < p; i++) {
      for (int j = i + 1; j < p; j++) {
        if (Math.abs(a[i * p + j]) > negligible) {
          rotate(i, j);
          any = true;
        }
      }
    }
    return any;
  }

  private void rotate(int i, int j) {
    double tau = (a[j * p + j] - a[i * p + i]) / (2 * a[i * p + j]);
    double tangent = Math.copySign(1, tau) / (Math.abs(tau) + Math.hypot(1, tau));
    double cosine = 1 / Math.hypot(1, tangent);
    double sine = tangent * cosine;
    for (int k = 0; k < p; k++) {
      double left = a[k * p + i];
      double right = a[k * p + j];
      a[k * p + i] = cosine * left - sine * right;
      a[k * p + j] = sine * left + cosine * right;
    }
    combine(a, i, j, cosine, sine);
    combine(rows, i, j, cosine, sine);
    a[i * p + j] = 0;
    a[j * p + i] = 0;
  }

  /** Replaces rows i and j of a matrix by their rotation. */
  private void combine(double[] matrix, int i, int j, double cosine, double sine) {
    for (int k = 0; k < p; k++) {
      double upper = matrix[i * p + k];
      double lower = matrix[j * p + k];
      matrix[i * p + k] = cosine * upper - sine * lower;
      matrix[j * p + k] = sine * upper + cosine * lower;
    }
  }
}
