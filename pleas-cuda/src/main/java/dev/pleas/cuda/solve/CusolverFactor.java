package dev.pleas.cuda.solve;

import dev.pleas.backend.cholesky.CholeskyFactor;
import dev.pleas.cuda.driver.ArrayTransfers;
import dev.pleas.cuda.driver.CudaContext;
import dev.pleas.cuda.driver.Status;
import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasDiagType;
import jcuda.jcublas.cublasFillMode;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasSideMode;
import jcuda.jcusolver.JCusolverDn;
import org.jspecify.annotations.Nullable;

/**
 * Cholesky by cuSOLVER's {@code potrf} and cuBLAS's {@code trsm}. What is the lower triangle of a
 * row-major matrix is the upper one of a column-major matrix, which is factored as Uᵀ·U with U =
 * Lᵀ. A row-major B is Bᵀ, column-major, so that S·X = B is solved as Xᵀ·Uᵀ·U = Bᵀ; nothing is
 * transposed.
 */
final class CusolverFactor implements CholeskyFactor {
  private static final Pointer ONE = Pointer.to(new double[] {1});

  /** Numbers that are sent together: 4 MiB. */
  private static final int HELD = 1 << 19;

  private final SolverSession session;
  private final CudaContext context;
  private final int p;
  private final DeviceMatrix s;

  /** Rows that have been set and not been sent. */
  private final double[] rows;

  private int firstRow;
  private int heldRows;
  private double @Nullable [] diagonal;

  CusolverFactor(SolverSession session, int p) {
    this.session = session;
    this.context = session.context();
    this.p = p;
    this.rows = new double[p * Math.max(1, Math.min(p, HELD / p))];
    this.s = new DeviceMatrix(context, (long) p * p);
  }

  @Override
  public void setRow(int i, double[] values) {
    System.arraycopy(values, 0, rows, heldRows * p, p);
    heldRows++;
    if (heldRows == rows.length / p) {
      sendRows();
    }
  }

  private void sendRows() {
    s.send(rows, 0, heldRows * p, (long) firstRow * p);
    firstRow += heldRows;
    heldRows = 0;
  }

  @Override
  public int factor() {
    sendRows();
    int info = context.call(this::potrf);
    if (info < 0) {
      throw new IllegalStateException("potrf refuses its argument " + -info);
    }
    return info == 0 ? p : info - 1;
  }

  private int potrf() {
    int upper = cublasFillMode.CUBLAS_FILL_MODE_UPPER;
    int[] size = new int[1];
    Status.cusolver(
        "cusolverDnDpotrf_bufferSize",
        JCusolverDn.cusolverDnDpotrf_bufferSize(session.handle(), upper, p, s.start(), p, size));
    int[] info = new int[1];
    // The status takes the place of one more number behind the work space.
    try (DeviceMatrix work = new DeviceMatrix(context, size[0] + 1L)) {
      var status = work.start().withByteOffset(8L * size[0]);
      Status.cusolver(
          "cusolverDnDpotrf",
          JCusolverDn.cusolverDnDpotrf(
              session.handle(), upper, p, s.start(), p, work.start(), size[0], status));
      new ArrayTransfers(context).fetch(status, info);
    }
    return info[0];
  }

  @Override
  public double pivot(int i) {
    double[] known = diagonal;
    if (known == null) {
      known = context.call(this::fetchDiagonal);
      diagonal = known;
    }
    return known[i] * known[i];
  }

  private double[] fetchDiagonal() {
    double[] roots = new double[p];
    try (DeviceMatrix copy = new DeviceMatrix(context, p)) {
      Status.cublas(
          "cublasDcopy",
          JCublas2.cublasDcopy(context.blas(), p, s.start(), p + 1, copy.start(), 1));
      copy.fetch(roots, p);
    }
    return roots;
  }

  @Override
  public void solve(double[] b, int q) {
    if (q > 0) {
      context.run(() -> solveInContext(b, q));
    }
  }

  private void solveInContext(double[] b, int q) {
    try (DeviceMatrix x = new DeviceMatrix(context, b.length)) {
      x.send(b, 0, b.length, 0);
      solveTriangle(cublasOperation.CUBLAS_OP_N, x, q);
      solveTriangle(cublasOperation.CUBLAS_OP_T, x, q);
      x.fetch(b, b.length);
    }
  }

  private void solveTriangle(int operation, DeviceMatrix x, int q) {
    Status.cublas(
        "cublasDtrsm",
        JCublas2.cublasDtrsm(
            context.blas(),
            cublasSideMode.CUBLAS_SIDE_RIGHT,
            cublasFillMode.CUBLAS_FILL_MODE_UPPER,
            operation,
            cublasDiagType.CUBLAS_DIAG_NON_UNIT,
            q,
            p,
            ONE,
            s.start(),
            p,
            x.start(),
            q));
  }

  @Override
  public void close() {
    s.close();
  }
}
