package dev.pleas.cuda.solve;

import dev.pleas.backend.cholesky.PanelProduct;
import dev.pleas.backend.tensor.Closing;
import dev.pleas.cuda.driver.CudaContext;
import dev.pleas.cuda.driver.Status;
import java.util.Arrays;
import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasOperation;

/** The product by cuBLAS; X is sent once, rows of the left factor as they come. */
final class CusolverProduct implements PanelProduct {
  private static final Pointer ONE = Pointer.to(new double[] {1});
  private static final Pointer ZERO = Pointer.to(new double[] {0});

  private final CudaContext context;
  private final int p;
  private final int q;
  private final DeviceMatrix x;

  /**
   * @param x p×q, row-major; copied
   */
  CusolverProduct(CudaContext context, double[] x, int p, int q) {
    this.context = context;
    this.p = p;
    this.q = q;
    this.x = new DeviceMatrix(context, x.length);
    try {
      this.x.send(x, 0, x.length, 0);
    } catch (RuntimeException e) {
      Closing.after(e, this.x::close);
      throw e;
    }
  }

  @Override
  public void multiply(double[] a, int first, int rows, double[] out) {
    if (p == 0) {
      Arrays.fill(out, 0, rows * q, 0);
    } else if (rows > 0 && q > 0) {
      context.run(() -> multiplyInContext(a, first, rows, out));
    }
  }

  private void multiplyInContext(double[] a, int first, int rows, double[] out) {
    try (DeviceMatrix left = new DeviceMatrix(context, (long) rows * p);
        DeviceMatrix result = new DeviceMatrix(context, (long) rows * q)) {
      left.send(a, first * p, rows * p, 0);
      int plain = cublasOperation.CUBLAS_OP_N;
      // Column-major, every matrix is its transpose: outᵀ = Xᵀ·Aᵀ.
      Status.cublas(
          "cublasDgemm",
          JCublas2.cublasDgemm(
              context.blas(),
              plain,
              plain,
              q,
              rows,
              p,
              ONE,
              x.start(),
              q,
              left.start(),
              p,
              ZERO,
              result.start(),
              q));
      result.fetch(out, rows * q);
    }
  }

  @Override
  public void close() {
    x.close();
  }
}
