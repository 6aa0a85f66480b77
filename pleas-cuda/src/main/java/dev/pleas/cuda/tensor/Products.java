package dev.pleas.cuda.tensor;

import static jcuda.jcublas.cublasOperation.CUBLAS_OP_N;
import static jcuda.jcublas.cublasOperation.CUBLAS_OP_T;

import dev.pleas.cuda.driver.CudaContext;
import dev.pleas.cuda.driver.Status;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.jcublas.JCublas2;

/**
 * Products of row-major matrices by cuBLAS, which knows column-major ones: there the transpose of
 * every matrix lies, so that C = A·B is asked for as Cᵀ = Bᵀ·Aᵀ. In float32; cuBLAS uses shorter
 * formats only when it is told to.
 */
final class Products {
  private static final Pointer ONE = Pointer.to(new float[] {1});
  private static final Pointer ZERO = Pointer.to(new float[] {0});

  private final CudaContext context;

  Products(CudaContext context) {
    this.context = context;
  }

  /**
   * What is multiplied: C = A·B, each count matrices without padding.
   *
   * @param m rows of A and C
   * @param n columns of B and C
   * @param k columns of A, rows of B
   * @param transposedA A is stored as its transpose, k×m
   * @param transposedB B is stored as its transpose, n×k
   * @param accumulate C += A·B instead
   */
  record Form(int m, int n, int k, boolean transposedA, boolean transposedB, boolean accumulate) {}

  /**
   * A matrix, or the first of several.
   *
   * @param first its first element
   * @param step elements from one to the next; 0 when all products share one
   */
  record Matrices(CUdeviceptr first, long step) {
    static Matrices one(CUdeviceptr matrix) {
      return new Matrices(matrix, 0);
    }

    /** Leaves some matrices out. */
    Matrices from(int matrix) {
      return new Matrices(first.withByteOffset(matrix * step * Float.BYTES), step);
    }
  }

  /** Multiplies. */
  void multiply(Form form, int count, Matrices a, Matrices b, Matrices c) {
    int lengthA = form.transposedA() ? form.m() : form.k();
    int lengthB = form.transposedB() ? form.k() : form.n();
    Status.cublas(
        "cublasSgemmStridedBatched",
        JCublas2.cublasSgemmStridedBatched(
            context.blas(),
            form.transposedB() ? CUBLAS_OP_T : CUBLAS_OP_N,
            form.transposedA() ? CUBLAS_OP_T : CUBLAS_OP_N,
            form.n(),
            form.m(),
            form.k(),
            ONE,
            b.first(),
            lengthB,
            b.step(),
            a.first(),
            lengthA,
            a.step(),
            form.accumulate() ? ONE : ZERO,
            c.first(),
            form.n(),
            c.step(),
            count));
  }
}
