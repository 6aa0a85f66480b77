package dev.pleas.cpu.solve;

import static org.bytedeco.openblas.global.openblas.CblasLeft;
import static org.bytedeco.openblas.global.openblas.CblasLower;
import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasNonUnit;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dpotrf_work;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;
import static org.bytedeco.openblas.global.openblas.cblas_dtrsm;
import static org.bytedeco.openblas.global.openblas.cblas_dtrsv;

import dev.pleas.backend.cholesky.CholeskyFactor;
import org.bytedeco.javacpp.DoublePointer;

/**
 * Cholesky by LAPACK's {@code dpotrf} and BLAS's {@code dtrsm}. What is the lower triangle of a
 * row-major matrix is the upper one of a column-major matrix, which LAPACK factors as Uᵀ·U with U =
 * Lᵀ; so nothing is transposed, and {@code dtrsm} reads the same memory as L, row-major.
 */
final class OpenBlasCholeskyFactor implements CholeskyFactor {
  private final int p;
  private final DoublePointer s;

  OpenBlasCholeskyFactor(int p) {
    this.p = p;
    s = new DoublePointer((long) p * p);
  }

  @Override
  public void setRow(int i, double[] values) {
    s.position((long) i * p).put(values, 0, i + 1).position(0);
  }

  @Override
  public int factor() {
    int info = LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, (byte) 'U', p, s, p);
    if (info < 0) {
      throw new IllegalStateException("dpotrf refuses its argument " + -info);
    }
    return info == 0 ? p : info - 1;
  }

  @Override
  public double pivot(int i) {
    double root = s.get((long) i * p + i);
    return root * root;
  }

  @Override
  public void solve(double[] b, int q) {
    if (q == 0) {
      return;
    }
    try (DoublePointer x = new DoublePointer(b.length)) {
      x.put(b, 0, b.length);
      solveTriangle(CblasNoTrans, x, q);
      solveTriangle(CblasTrans, x, q);
      x.get(b, 0, b.length);
    }
  }

  private void solveTriangle(int transpose, DoublePointer x, int q) {
    if (q == 1) {
      cblas_dtrsv(CblasRowMajor, CblasLower, transpose, CblasNonUnit, p, s, p, x, 1);
    } else {
      cblas_dtrsm(
          CblasRowMajor, CblasLeft, CblasLower, transpose, CblasNonUnit, p, q, 1, s, p, x, q);
    }
  }

  @Override
  public void close() {
    s.close();
  }
}
