package dev.pleas.cpu.solve;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;

import dev.pleas.backend.cholesky.PanelProduct;
import org.bytedeco.javacpp.DoublePointer;

/** The product by BLAS's {@code dgemm}; X is copied once, rows of the left factor as they come. */
final class OpenBlasProduct implements PanelProduct {
  private final int p;
  private final int q;
  private final DoublePointer x;

  /**
   * @param x p×q, row-major; copied
   */
  OpenBlasProduct(double[] x, int p, int q) {
    this.p = p;
    this.q = q;
    this.x = new DoublePointer(x.length);
    this.x.put(x, 0, x.length);
  }

  @Override
  public void multiply(double[] a, int first, int rows, double[] out) {
    if (rows == 0 || q == 0) {
      return;
    }
    try (DoublePointer left = new DoublePointer((long) rows * p);
        DoublePointer result = new DoublePointer((long) rows * q)) {
      left.put(a, first * p, rows * p);
      cblas_dgemm(
          CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, q, p, 1, left, p, x, q, 0, result, q);
      result.get(out, 0, rows * q);
    }
  }

  @Override
  public void close() {
    x.close();
  }
}
