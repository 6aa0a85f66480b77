package dev.pleas.cuda.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.Random;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasStatus;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnHandle;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcusolver.JCusolverDn;
import jcuda.jcusolver.cusolverDnHandle;
import jcuda.jcusolver.cusolverStatus;
import jcuda.runtime.cudaStream_t;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** cuBLAS, cuSOLVER and cuDNN of the stand-in, against loops that follow their definitions. */
class StandInLibrariesTest {
  private StandIn standIn;

  @BeforeEach
  void reset() {
    assumeTrue(StandIn.active().isPresent(), "the stand-in for CUDA was not built here");
    standIn = StandIn.active().orElseThrow();
    standIn.reset();
  }

  private static cublasHandle blas(Session session) {
    cublasHandle handle = new cublasHandle();
    assertThat(JCublas2.cublasCreate(handle)).isZero();
    session.atEnd(() -> JCublas2.cublasDestroy(handle));
    assertThat(JCublas2.cublasSetStream(handle, new cudaStream_t(session.stream))).isZero();
    return handle;
  }

  private static cusolverDnHandle solver(Session session) {
    cusolverDnHandle handle = new cusolverDnHandle();
    assertThat(JCusolverDn.cusolverDnCreate(handle)).isZero();
    session.atEnd(() -> JCusolverDn.cusolverDnDestroy(handle));
    assertThat(JCusolverDn.cusolverDnSetStream(handle, new cudaStream_t(session.stream))).isZero();
    return handle;
  }

  private static Pointer scalar(float value) {
    return Pointer.to(new float[] {value});
  }

  private static Pointer scalar(double value) {
    return Pointer.to(new double[] {value});
  }

  private static float[] floats(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static double[] doubles(Random random, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextGaussian();
    }
    return values;
  }

  /** Element (i, j) of op(A), A column-major. */
  private static float at(float[] a, int offset, int lda, boolean transposed, int i, int j) {
    return a[offset + (transposed ? i * lda + j : j * lda + i)];
  }

  private static double at(double[] a, int lda, boolean transposed, int i, int j) {
    return a[transposed ? i * lda + j : j * lda + i];
  }

  // A float product of k terms is off by k + 2 roundings of terms whose sizes add up to k x 16
  // here.
  private static double bound(int k) {
    return (k + 2) * Math.max(1, k) * 16 * Math.scalb(1.0, -24);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 0, 0",
    "3, 5, 7, 0, 0",
    "3, 5, 7, 1, 0",
    "3, 5, 7, 0, 1",
    "3, 5, 7, 1, 1",
    "130, 9, 17, 0, 1",
    "1, 64, 33, 1, 0",
    "129, 1, 0, 0, 0",
    "4, 127, 65, 1, 1"
  })
  void sgemmStridedBatched_isTheProduct(int m, int n, int k, int ta, int tb) {
    Random random = new Random(7);
    int batches = 3;
    int lda = (ta == 0 ? m : k) + 2;
    int ldb = (tb == 0 ? k : n) + 1;
    int ldc = m + 3;
    int strideA = lda * Math.max(1, ta == 0 ? k : m);
    int strideB = ldb * Math.max(1, tb == 0 ? n : k) + 5;
    int strideC = ldc * n;
    float[] a = floats(random, strideA * batches);
    float[] b = floats(random, strideB * batches);
    float[] c = floats(random, strideC * batches);
    try (Session session = new Session()) {
      CUdeviceptr dc = session.device(c);
      int status =
          JCublas2.cublasSgemmStridedBatched(
              blas(session),
              ta,
              tb,
              m,
              n,
              k,
              scalar(2f),
              session.device(a),
              lda,
              strideA,
              session.device(b),
              ldb,
              strideB,
              scalar(-0.5f),
              dc,
              ldc,
              strideC,
              batches);
      assertThat(status).isZero();
      float[] seen = session.floats(dc, c.length);
      float[] expected = c.clone();
      for (int batch = 0; batch < batches; batch++) {
        for (int j = 0; j < n; j++) {
          for (int i = 0; i < m; i++) {
            double sum = 0;
            for (int p = 0; p < k; p++) {
              sum +=
                  (double) at(a, batch * strideA, lda, ta != 0, i, p)
                      * at(b, batch * strideB, ldb, tb != 0, p, j);
            }
            int to = batch * strideC + j * ldc + i;
            expected[to] = (float) (2 * sum - 0.5 * c[to]);
          }
        }
      }
      for (int i = 0; i < expected.length; i++) {
        assertThat((double) seen[i]).isCloseTo(expected[i], within(bound(k)));
      }
    }
    standIn.assertClean();
  }

  @Test
  void gemm_ofBetaZero_doesNotReadTheResult() {
    try (Session session = new Session()) {
      cublasHandle handle = blas(session);
      CUdeviceptr a = session.device(2.0, 3.0);
      CUdeviceptr c = session.memory(8);
      assertThat(
              JCublas2.cublasDgemm(
                  handle, 1, 0, 1, 1, 2, scalar(1.0), a, 2, a, 2, scalar(0.0), c, 1))
          .isZero();
      assertThat(session.doubles(c, 1)).containsExactly(13.0);
      CUdeviceptr f = session.device(4f);
      CUdeviceptr g = session.memory(4);
      assertThat(
              JCublas2.cublasSgemm(handle, 0, 0, 1, 1, 1, scalar(1f), f, 1, f, 1, scalar(0f), g, 1))
          .isZero();
      assertThat(session.floats(g, 1)).containsExactly(16f);
    }
    standIn.assertClean();
  }

  @Test
  void dgemm_onBlocksOfOneMatrix_isAllowed_onTheSameBlockIsNot() {
    try (Session session = new Session()) {
      cublasHandle handle = blas(session);
      int n = 6;
      CUdeviceptr a = session.device(doubles(new Random(1), n * n));
      // C is the lower right block, A and B the panel left of it, as in a Cholesky factorisation.
      CUdeviceptr panel = a.withByteOffset(8L * 2);
      CUdeviceptr rest = a.withByteOffset(8L * (2 * n + 2));
      assertThat(
              JCublas2.cublasDgemm(
                  handle, 0, 1, 4, 4, 2, scalar(-1.0), panel, n, panel, n, scalar(1.0), rest, n))
          .isZero();
      session.synchronise();
      standIn.assertNoViolations();
      assertThat(
              JCublas2.cublasDgemm(
                  handle, 0, 0, 4, 4, 4, scalar(-1.0), rest, n, panel, n, scalar(1.0), rest, n))
          .isEqualTo(cublasStatus.CUBLAS_STATUS_EXECUTION_FAILED);
    }
    assertThat(standIn.violations()).containsExactly("cublasDgemm: C and A overlap");
  }

  @Test
  void sgemm_wrongArguments_areViolations() {
    try (Session session = new Session()) {
      cublasHandle handle = blas(session);
      CUdeviceptr a = session.device(new float[12]);
      CUdeviceptr c = session.device(new float[9]);
      Pointer one = scalar(1f);
      assertThat(JCublas2.cublasSgemm(handle, 0, 0, 3, 3, 4, one, a, 2, a, 4, one, c, 3))
          .isEqualTo(cublasStatus.CUBLAS_STATUS_INVALID_VALUE);
      assertThat(JCublas2.cublasSgemm(handle, 0, 0, 3, 3, 5, one, a, 3, a, 5, one, c, 3))
          .isEqualTo(cublasStatus.CUBLAS_STATUS_EXECUTION_FAILED);
      assertThat(JCublas2.cublasSgemm(handle, 0, 3, 3, 3, 4, one, a, 3, a, 4, one, c, 3))
          .isEqualTo(cublasStatus.CUBLAS_STATUS_INVALID_VALUE);
    }
    assertThat(standIn.violations())
        .containsExactly(
            "cublasSgemm: leading dimension 2 of A is less than its 3 rows",
            "cublasSgemm: A: 60 bytes are touched, 48 are left of the allocation of 48",
            "cublasSgemm: transb is 3");
  }

  @Test
  void blas_withoutStream_isViolation() {
    try (Session session = new Session()) {
      cublasHandle handle = new cublasHandle();
      assertThat(JCublas2.cublasCreate(handle)).isZero();
      CUdeviceptr a = session.device(1.0);
      assertThat(JCublas2.cublasDcopy(handle, 1, a, 1, a, 1)).isNotZero();
      assertThat(JCublas2.cublasDestroy(handle)).isZero();
      assertThat(JCublas2.cublasDestroy(handle)).isNotZero();
    }
    assertThat(standIn.violations()).hasSize(2);
    assertThat(standIn.violations().get(0)).startsWith("cublasDcopy: the default stream");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, 0", "0, 0, 0, 1", "0, 0, 1, 0", "0, 0, 1, 1", "0, 1, 0, 0", "0, 1, 0, 1",
    "0, 1, 1, 0", "0, 1, 1, 1", "1, 0, 0, 0", "1, 0, 0, 1", "1, 0, 1, 0", "1, 0, 1, 1",
    "1, 1, 0, 0", "1, 1, 0, 1", "1, 1, 1, 0", "1, 1, 1, 1"
  })
  void dtrsm_givesBackWhatWasMultiplied(int side, int uplo, int transposed, int unit) {
    int m = 5;
    int n = 4;
    int order = side == 0 ? m : n;
    int lda = order + 1;
    int ldb = m + 2;
    Random random = new Random(3);
    double[] a = doubles(random, lda * order);
    for (int j = 0; j < order; j++) {
      a[j * lda + j] = 3 + j;
      for (int i = 0; i < order; i++) {
        if (uplo == 1 ? i > j : i < j) {
          a[j * lda + i] = Double.NaN;
        }
      }
    }
    double[] b = doubles(random, ldb * n);
    try (Session session = new Session()) {
      CUdeviceptr db = session.device(b);
      assertThat(
              JCublas2.cublasDtrsm(
                  blas(session),
                  side,
                  uplo,
                  transposed,
                  unit,
                  m,
                  n,
                  scalar(2.0),
                  session.device(a),
                  lda,
                  db,
                  ldb))
          .isZero();
      double[] x = session.doubles(db, b.length);
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          double sum = 0;
          for (int p = 0; p < order; p++) {
            sum +=
                side == 0
                    ? triangle(a, lda, uplo, transposed, unit, i, p) * x[j * ldb + p]
                    : x[p * ldb + i] * triangle(a, lda, uplo, transposed, unit, p, j);
          }
          // Back substitution: residuals within order roundings of numbers below some hundreds.
          assertThat(sum).isCloseTo(2 * b[j * ldb + i], within(1e-11));
        }
        assertThat(x[ldb - 1]).isEqualTo(b[ldb - 1]);
      }
    }
    standIn.assertClean();
  }

  private static double triangle(
      double[] a, int lda, int uplo, int transposed, int unit, int i, int j) {
    boolean upper = (uplo == 1) != (transposed == 1);
    if (i == j && unit == 1) {
      return 1;
    }
    return (upper ? i > j : i < j) ? 0 : at(a, lda, transposed == 1, i, j);
  }

  @Test
  void dcopy_followsIncrements() {
    try (Session session = new Session()) {
      CUdeviceptr x = session.device(1, 2, 3, 4, 5.0);
      CUdeviceptr y = session.device(new double[4]);
      assertThat(JCublas2.cublasDcopy(blas(session), 2, x, 3, y, 2)).isZero();
      assertThat(session.doubles(y, 4)).containsExactly(1, 0, 4, 0);
    }
    standIn.assertClean();
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "7, 0", "7, 1", "40, 0", "40, 1"})
  void dpotrf_factorTimesItsTranspose_isTheMatrix(int n, int uplo) {
    int lda = n + 1;
    double[] root = doubles(new Random(5), n * n);
    double[] a = new double[lda * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double sum = i == j ? n : 0;
        for (int p = 0; p < n; p++) {
          sum += root[i * n + p] * root[j * n + p];
        }
        a[j * lda + i] = sum;
      }
    }
    try (Session session = new Session()) {
      CUdeviceptr da = session.device(a);
      assertThat(factor(session, uplo, n, da, lda)).isZero();
      double[] seen = session.doubles(da, a.length);
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          boolean other = uplo == 0 ? i < j : i > j;
          if (other) {
            assertThat(seen[j * lda + i]).isEqualTo(a[j * lda + i]);
          }
          double sum = 0;
          for (int p = 0; p <= Math.min(i, j); p++) {
            sum += at(seen, lda, uplo == 1, i, p) * at(seen, lda, uplo == 1, j, p);
          }
          // n roundings of numbers of at most the diagonal's size, some 3 n.
          assertThat(sum).isCloseTo(a[j * lda + i], within(4.0 * n * n * Math.scalb(1.0, -52)));
        }
      }
    }
    standIn.assertClean();
  }

  @Test
  void dpotrf_notPositive_saysWhichMinor_andLeavesNaN() {
    try (Session session = new Session()) {
      CUdeviceptr a = session.device(4, 2, 2, 1.0);
      assertThat(factor(session, 0, 2, a, 2)).isEqualTo(2);
      double[] seen = session.doubles(a, 4);
      assertThat(seen[0]).isNaN();
      assertThat(seen[2]).isEqualTo(2);
    }
    standIn.assertClean();
  }

  private static int factor(Session session, int uplo, int n, CUdeviceptr a, int lda) {
    cusolverDnHandle handle = solver(session);
    int[] size = new int[1];
    assertThat(JCusolverDn.cusolverDnDpotrf_bufferSize(handle, uplo, n, a, lda, size)).isZero();
    CUdeviceptr workspace = session.memory(8L * size[0]);
    CUdeviceptr info = session.memory(4);
    assertThat(JCusolverDn.cusolverDnDpotrf(handle, uplo, n, a, lda, workspace, size[0] - 1, info))
        .isEqualTo(cusolverStatus.CUSOLVER_STATUS_INVALID_VALUE);
    StandIn.active().orElseThrow().clearViolations();
    assertThat(JCusolverDn.cusolverDnDpotrf(handle, uplo, n, a, lda, workspace, size[0], info))
        .isZero();
    return session.ints(info, 1)[0];
  }

  /** A convolution with everything that can differ. */
  private record Shape(
      int n,
      int c,
      int h,
      int w,
      int k,
      int r,
      int s,
      int pad,
      int stride,
      int dilation,
      int groups) {
    int outHeight() {
      return (h + 2 * pad - (dilation * (r - 1) + 1)) / stride + 1;
    }

    int outWidth() {
      return (w + 2 * pad - (dilation * (s - 1) + 1)) / stride + 1;
    }

    double valueAt(float[] x, float[] filter, int image, int out, int i, int j) {
      int inGroup = c / groups;
      int first = out / (k / groups) * inGroup;
      double sum = 0;
      for (int channel = 0; channel < inGroup; channel++) {
        for (int row = 0; row < r; row++) {
          for (int column = 0; column < s; column++) {
            int y = i * stride - pad + row * dilation;
            int z = j * stride - pad + column * dilation;
            if (y >= 0 && y < h && z >= 0 && z < w) {
              sum +=
                  (double) x[((image * c + first + channel) * h + y) * w + z]
                      * filter[((out * inGroup + channel) * r + row) * s + column];
            }
          }
        }
      }
      return sum;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0",
    "2, 3, 7, 6, 4, 3, 3, 1, 1, 1, 1, 1",
    "1, 4, 9, 8, 6, 3, 2, 2, 2, 1, 2, 0",
    "2, 4, 8, 11, 4, 3, 3, 2, 1, 2, 4, 1",
    "1, 2, 5, 5, 2, 5, 5, 4, 3, 1, 1, 1",
    "1, 2, 10, 3, 3, 1, 1, 3, 2, 1, 1, 0"
  })
  void convolutionForward_isItsDefinition(
      int n,
      int c,
      int h,
      int w,
      int k,
      int r,
      int s,
      int pad,
      int stride,
      int dilation,
      int groups,
      int algorithm) {
    Shape shape = new Shape(n, c, h, w, k, r, s, pad, stride, dilation, groups);
    Random random = new Random(11);
    float[] x = floats(random, n * c * h * w);
    float[] filter = floats(random, k * (c / groups) * r * s);
    float[] y = floats(random, n * k * shape.outHeight() * shape.outWidth());
    try (Session session = new Session()) {
      CUdeviceptr dy = session.device(y);
      assertThat(convolve(session, shape, algorithm, session.device(x), session.device(filter), dy))
          .isZero();
      float[] seen = session.floats(dy, y.length);
      int at = 0;
      for (int image = 0; image < n; image++) {
        for (int out = 0; out < k; out++) {
          for (int i = 0; i < shape.outHeight(); i++) {
            for (int j = 0; j < shape.outWidth(); j++, at++) {
              double expected = 2 * shape.valueAt(x, filter, image, out, i, j) - 0.5 * y[at];
              assertThat((double) seen[at]).isCloseTo(expected, within(bound(c / groups * r * s)));
            }
          }
        }
      }
    }
    standIn.assertClean();
  }

  @Test
  void convolution_ofAnotherAlgorithm_isNotSupported() {
    Shape shape = new Shape(1, 1, 2, 2, 1, 1, 1, 0, 1, 1, 1);
    try (Session session = new Session()) {
      CUdeviceptr x = session.device(new float[4]);
      assertThat(convolve(session, shape, 6, x, session.device(1f), session.memory(16)))
          .isEqualTo(3000);
    }
    standIn.assertClean();
  }

  @Test
  void failCall_convolution_isExecutionFailed() {
    Shape shape = new Shape(1, 1, 2, 2, 1, 1, 1, 0, 1, 1, 1);
    standIn.failFunction("cudnnConvolutionForward");
    try (Session session = new Session()) {
      CUdeviceptr x = session.device(new float[4]);
      assertThat(convolve(session, shape, 1, x, session.device(1f), session.memory(16)))
          .isEqualTo(5000);
    }
    assertThat(standIn.failedFunction()).isEqualTo("cudnnConvolutionForward");
    standIn.assertClean();
  }

  private static int convolve(
      Session session,
      Shape shape,
      int algorithm,
      CUdeviceptr x,
      CUdeviceptr filter,
      CUdeviceptr y) {
    cudnnHandle handle = new cudnnHandle();
    assertThat(JCudnn.cudnnCreate(handle)).isZero();
    session.atEnd(() -> JCudnn.cudnnDestroy(handle));
    assertThat(JCudnn.cudnnSetStream(handle, new cudaStream_t(session.stream))).isZero();
    cudnnTensorDescriptor in = new cudnnTensorDescriptor();
    cudnnTensorDescriptor out = new cudnnTensorDescriptor();
    cudnnFilterDescriptor filters = new cudnnFilterDescriptor();
    cudnnConvolutionDescriptor geometry = new cudnnConvolutionDescriptor();
    int[] made = {
      JCudnn.cudnnCreateTensorDescriptor(in),
      JCudnn.cudnnCreateTensorDescriptor(out),
      JCudnn.cudnnCreateFilterDescriptor(filters),
      JCudnn.cudnnCreateConvolutionDescriptor(geometry),
      JCudnn.cudnnSetTensor4dDescriptor(in, 0, 0, shape.n, shape.c, shape.h, shape.w),
      JCudnn.cudnnSetTensor4dDescriptor(
          out, 0, 0, shape.n, shape.k, shape.outHeight(), shape.outWidth()),
      JCudnn.cudnnSetFilter4dDescriptor(
          filters, 0, 0, shape.k, shape.c / shape.groups, shape.r, shape.s),
      JCudnn.cudnnSetConvolution2dDescriptor(
          geometry,
          shape.pad,
          shape.pad,
          shape.stride,
          shape.stride,
          shape.dilation,
          shape.dilation,
          1,
          0),
      JCudnn.cudnnSetConvolutionGroupCount(geometry, shape.groups),
      JCudnn.cudnnSetConvolutionMathType(geometry, 3)
    };
    assertThat(made).containsOnly(0);
    long[] size = new long[1];
    int status =
        JCudnn.cudnnGetConvolutionForwardWorkspaceSize(
            handle, in, filters, geometry, out, algorithm, size);
    if (status == 0) {
      assertThat(size[0] > 0).isEqualTo(algorithm == 1);
      CUdeviceptr workspace = size[0] == 0 ? new CUdeviceptr() : session.memory(size[0]);
      status =
          JCudnn.cudnnConvolutionForward(
              handle,
              scalar(2f),
              in,
              x,
              filters,
              filter,
              geometry,
              algorithm,
              workspace,
              size[0],
              scalar(-0.5f),
              out,
              y);
    }
    int[] gone = {
      JCudnn.cudnnDestroyTensorDescriptor(in),
      JCudnn.cudnnDestroyTensorDescriptor(out),
      JCudnn.cudnnDestroyFilterDescriptor(filters),
      JCudnn.cudnnDestroyConvolutionDescriptor(geometry)
    };
    assertThat(gone).containsOnly(0);
    return status;
  }

  @Test
  void versions_areThoseOfOneRelease() {
    int[] version = new int[1];
    assertThat(JCublas2.cublasGetVersion(new cublasHandle(), version)).isZero();
    assertThat(version[0]).isEqualTo(120601);
    assertThat(JCudnn.cudnnGetVersion()).isEqualTo(90400);
    String[] name = new String[1];
    assertThat(JCudaDriver.cuGetErrorName(CUresult.CUDA_ERROR_LAUNCH_FAILED, name)).isZero();
    assertThat(name).containsExactly("CUDA_ERROR_LAUNCH_FAILED");
    assertThat(Arrays.asList(JCudnn.cudnnGetErrorString(3000)))
        .containsExactly("CUDNN_STATUS_NOT_SUPPORTED");
    standIn.assertClean();
  }
}
