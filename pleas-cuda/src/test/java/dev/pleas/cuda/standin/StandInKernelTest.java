package dev.pleas.cuda.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import jcuda.nvrtc.JNvrtc;
import jcuda.nvrtc.nvrtcProgram;
import jcuda.nvrtc.nvrtcResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernels: how they are compiled, loaded, launched and watched. */
class StandInKernelTest {
  private static final String AXPY =
      """
      // y := a x + y
      extern "C" __global__ void axpy(int n, float a,
                                      const float* __restrict__ x,
                                      float* y) {
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        if (i < n) {
          y[i] = a * x[i] + y[i];
        }
      }
      """;

  private static final String[] OPTIONS = {
    "--gpu-architecture=sm_80", "--fmad=false", "--std=c++17", "-default-device"
  };

  private StandIn standIn;

  @BeforeEach
  void reset() {
    assumeTrue(StandIn.active().isPresent(), "the stand-in for CUDA was not built here");
    standIn = StandIn.active().orElseThrow();
    standIn.reset();
  }

  /** What a compilation gave: its status, its log, and the images. */
  private static final class Compiled {
    final int status;
    final String log;
    final byte[] cubin;
    final String ptx;

    Compiled(int status, String log, byte[] cubin, String ptx) {
      this.status = status;
      this.log = log;
      this.cubin = cubin;
      this.ptx = ptx;
    }
  }

  private static Compiled compile(String source, String... options) {
    nvrtcProgram program = new nvrtcProgram();
    assertThat(JNvrtc.nvrtcCreateProgram(program, source, "test.cu", 0, null, null)).isZero();
    int status = JNvrtc.nvrtcCompileProgram(program, options.length, options);
    String[] log = new String[1];
    assertThat(JNvrtc.nvrtcGetProgramLog(program, log)).isZero();
    long[] size = new long[1];
    assertThat(JNvrtc.nvrtcGetCUBINSize(program, size)).isZero();
    byte[] cubin = new byte[(int) size[0]];
    if (cubin.length != 0) {
      assertThat(JNvrtc.nvrtcGetCUBIN(program, cubin)).isZero();
    }
    String[] ptx = new String[1];
    assertThat(JNvrtc.nvrtcGetPTX(program, ptx)).isZero();
    assertThat(JNvrtc.nvrtcDestroyProgram(program)).isZero();
    return new Compiled(status, log[0], cubin, ptx[0]);
  }

  private static CUfunction load(Session session, byte[] cubin, String name) {
    CUmodule module = new CUmodule();
    Session.check(JCudaDriver.cuModuleLoadData(module, cubin));
    session.atEnd(() -> JCudaDriver.cuModuleUnload(module));
    CUfunction function = new CUfunction();
    Session.check(JCudaDriver.cuModuleGetFunction(function, module, name));
    return function;
  }

  private static CUfunction load(Session session, String source, String name) {
    Compiled compiled = compile(source, OPTIONS);
    assertThat(compiled.log).isEmpty();
    return load(session, compiled.cubin, name);
  }

  private static int launch(
      Session session, CUfunction function, int blocks, int threads, Pointer... parameters) {
    return JCudaDriver.cuLaunchKernel(
        function, blocks, 1, 1, threads, 1, 1, 0, session.stream, Pointer.to(parameters), null);
  }

  private static Pointer value(int value) {
    return Pointer.to(new int[] {value});
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "31, 32", "256, 256", "257, 128", "1000, 96"})
  void launch_oddSizes_touchesEveryElementOnce(int n, int threads) {
    try (Session session = new Session()) {
      CUfunction axpy = load(session, AXPY, "axpy");
      float[] x = new float[n];
      float[] y = new float[n];
      float[] expected = new float[n];
      for (int i = 0; i < n; i++) {
        x[i] = i * 0.25f;
        y[i] = 1f / (i + 1);
        expected[i] = 3f * x[i] + y[i];
      }
      CUdeviceptr dx = session.device(x);
      CUdeviceptr dy = session.device(y);
      Session.check(
          launch(
              session,
              axpy,
              (n + threads - 1) / threads,
              threads,
              value(n),
              Pointer.to(new float[] {3f}),
              Pointer.to(dx),
              Pointer.to(dy)));
      assertThat(session.floats(dy, n)).containsExactly(expected);
    }
    assertThat(standIn.calls("kernel axpy")).isEqualTo(1);
    assertThat(standIn.launches(0)).isEqualTo(1);
    standIn.assertClean();
  }

  @Test
  void launch_threeDimensions_visitsAll() {
    String source =
        """
        extern "C" __global__ void where(int* to) {
          long long block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
          long long thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
          long long i = block * blockDim.x * blockDim.y * blockDim.z + thread;
          to[i] = (int) i;
        }
        """;
    try (Session session = new Session()) {
      CUfunction where = load(session, source, "where");
      int count = 2 * 3 * 4 * 5 * 2 * 3;
      CUdeviceptr to = session.memory(4L * count);
      Session.check(
          JCudaDriver.cuLaunchKernel(
              where, 2, 3, 4, 5, 2, 3, 0, session.stream, Pointer.to(Pointer.to(to)), null));
      int[] seen = session.ints(to, count);
      for (int i = 0; i < count; i++) {
        assertThat(seen[i]).isEqualTo(i);
      }
    }
    standIn.assertClean();
  }

  @Test
  void kernel_ofMacro_withManyTypes_isFound() {
    String source =
        """
        #define KERNEL(name) extern "C" __global__ void __launch_bounds__(256) name
        #define INF __int_as_float(0x7f800000)
        __device__ __forceinline__ float twice(float x) { return x + x; }
        KERNEL(mix)(long long n, double scale, unsigned int shift, bool on, size_t at, float* to) {
          to[at] = on ? twice((float) (n * scale)) + shift : INF;
        }
        """;
    try (Session session = new Session()) {
      CUfunction mix = load(session, source, "mix");
      CUdeviceptr to = session.memory(8);
      for (byte on = 0; on < 2; on++) {
        Session.check(
            launch(
                session,
                mix,
                1,
                1,
                Pointer.to(new long[] {1L << 33}),
                Pointer.to(new double[] {Math.scalb(1.0, -33)}),
                value(5),
                Pointer.to(new byte[] {on}),
                Pointer.to(new long[] {on}),
                Pointer.to(to)));
      }
      assertThat(session.floats(to, 2)).containsExactly(Float.POSITIVE_INFINITY, 7f);
    }
    standIn.assertClean();
  }

  @Test
  void deviceMath_isThatOfTheHost() {
    String source =
        """
        extern "C" __global__ void maths(const float* x, float* y) {
          y[0] = fmaxf(x[0], 1.0f) + min(2, 3) + max(1.5f, 0.5f);
          y[1] = rsqrtf(x[1]);
          y[2] = __float2int_rn(x[2]);
          y[3] = __fmaf_rn(x[0], x[1], x[2]);
          y[4] = erff(x[0]) + tanhf(x[1]) + expf(x[2]) + sqrtf(x[1]) + fabsf(x[0]);
          y[5] = isnan(x[3]) ? 1.0f : 0.0f;
          y[6] = abs(x[0]) + sqrt(x[1]) + abs(-3);
        }
        """;
    try (Session session = new Session()) {
      CUfunction maths = load(session, source, "maths");
      CUdeviceptr x = session.device(-0.5f, 4f, 2.5f, Float.NaN);
      CUdeviceptr y = session.memory(28);
      Session.check(launch(session, maths, 1, 1, Pointer.to(x), Pointer.to(y)));
      float[] seen = session.floats(y, 7);
      assertThat(seen[0]).isEqualTo(4.5f);
      assertThat(seen[1]).isEqualTo(0.5f);
      assertThat(seen[2]).isEqualTo(2f);
      assertThat(seen[3]).isEqualTo(0.5f);
      // Five functions, each within some units of float of its value.
      double expected = -0.5204998778 + Math.tanh(4) + Math.exp(2.5) + 2 + 0.5;
      assertThat((double) seen[4]).isCloseTo(expected, within(1e-5));
      assertThat(seen[5]).isEqualTo(1f);
      assertThat(seen[6]).isEqualTo(5.5f);
    }
    standIn.assertClean();
  }

  @Test
  void write_outOfBounds_isFoundAndSticks() {
    try (Session session = new Session()) {
      CUfunction axpy = load(session, AXPY, "axpy");
      CUdeviceptr x = session.device(new float[40]);
      CUdeviceptr y = session.device(new float[32]);
      Pointer one = Pointer.to(new float[] {1f});
      Session.check(launch(session, axpy, 1, 64, value(33), one, Pointer.to(x), Pointer.to(y)));
      assertThat(JCudaDriver.cuStreamSynchronize(session.stream))
          .isEqualTo(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);
      assertThat(JCudaDriver.cuMemAlloc(new CUdeviceptr(), 4))
          .isEqualTo(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);
      assertThat(standIn.violations())
          .containsExactly(
              "cuStreamSynchronize: device memory of 128 bytes was written 0 bytes past its end");
      standIn.clearViolations();
    }
    standIn.assertClean();
  }

  @Test
  void access_farOutside_isAnErrorAndNoCrash() {
    String source =
        """
        extern "C" __global__ void far(float* to, long long at) { to[at] = 1.0f; }
        """;
    try (Session session = new Session()) {
      CUfunction far = load(session, source, "far");
      CUdeviceptr to = session.memory(4);
      Pointer at = Pointer.to(new long[] {1L << 45});
      Session.check(launch(session, far, 1, 1, Pointer.to(to), at));
      assertThat(JCudaDriver.cuStreamSynchronize(session.stream))
          .isEqualTo(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);
      assertThat(standIn.violations())
          .singleElement()
          .asString()
          .startsWith("cuLaunchKernel: kernel far: access to an address that is no memory");
      standIn.clearViolations();
    }
    standIn.assertClean();
  }

  @Test
  void division_byZero_isAnErrorAndNoCrash() {
    String source =
        """
        extern "C" __global__ void divide(int* to, int by) { to[0] = 1000 / by; }
        """;
    try (Session session = new Session()) {
      CUfunction divide = load(session, source, "divide");
      Session.check(launch(session, divide, 1, 1, Pointer.to(session.memory(4)), value(0)));
      assertThat(JCudaDriver.cuStreamSynchronize(session.stream))
          .isEqualTo(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);
      assertThat(standIn.violationCount()).isEqualTo(1);
      standIn.clearViolations();
    }
    standIn.assertClean();
  }

  @Test
  void pointer_ofNoAllocation_isViolation() {
    try (Session session = new Session()) {
      CUfunction axpy = load(session, AXPY, "axpy");
      Pointer one = Pointer.to(new float[] {1f});
      CUdeviceptr y = session.device(new float[1]);
      assertThat(
              launch(
                  session, axpy, 1, 1, value(1), one, Pointer.to(new long[] {16}), Pointer.to(y)))
          .isEqualTo(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);
    }
    assertThat(standIn.violations())
        .containsExactly("cuLaunchKernel: axpy, pointer 2: 0x10 is no device memory");
  }

  @Test
  void sizes_beyondTheLimits_areViolations() {
    try (Session session = new Session()) {
      CUfunction axpy = load(session, AXPY, "axpy");
      Pointer none = Pointer.to(new Pointer[] {});
      for (int[] sizes :
          List.of(new int[] {0, 1, 1}, new int[] {1, 1, 1025}, new int[] {1, 65536, 1})) {
        assertThat(
                JCudaDriver.cuLaunchKernel(
                    axpy, sizes[0], sizes[1], 1, sizes[2], 1, 1, 0, session.stream, none, null))
            .isEqualTo(CUresult.CUDA_ERROR_INVALID_VALUE);
      }
    }
    assertThat(standIn.violations())
        .containsExactly(
            "cuLaunchKernel: grid of 0 x 1 x 1",
            "cuLaunchKernel: block of 1025 x 1 x 1",
            "cuLaunchKernel: grid of 1 x 65536 x 1");
  }

  @Test
  void image_ofAnotherArchitecture_isRefused() {
    standIn.devices(StandIn.Device.of(7, 5));
    try (Session session = new Session()) {
      CUmodule module = new CUmodule();
      assertThat(JCudaDriver.cuModuleLoadData(module, compile(AXPY, OPTIONS).cubin))
          .isEqualTo(CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU);
      load(session, compile(AXPY, "--gpu-architecture=sm_70").cubin, "axpy");
    }
    standIn.assertClean();
  }

  @Test
  void ptx_survivesAsText() {
    standIn.devices(StandIn.Device.of(9, 0));
    try (Session session = new Session()) {
      Compiled compiled = compile(AXPY, "--gpu-architecture=compute_75");
      assertThat(compiled.cubin).isEmpty();
      CUmodule module = new CUmodule();
      Session.check(JCudaDriver.cuModuleLoadData(module, compiled.ptx));
      session.atEnd(() -> JCudaDriver.cuModuleUnload(module));
      CUfunction axpy = new CUfunction();
      Session.check(JCudaDriver.cuModuleGetFunction(axpy, module, "axpy"));
    }
    standIn.assertClean();
  }

  @Test
  void image_ofSomethingElse_isInvalid() {
    try (Session session = new Session()) {
      session.synchronise();
      CUmodule module = new CUmodule();
      assertThat(JCudaDriver.cuModuleLoadData(module, "// ordinary PTX\n"))
          .isEqualTo(CUresult.CUDA_ERROR_INVALID_IMAGE);
    }
    assertThat(standIn.violationCount()).isEqualTo(1);
  }

  static Stream<String> refused() {
    List<String> bodies = new ArrayList<>();
    bodies.add("__syncthreads();");
    bodies.add("__shared__ float s[4];");
    bodies.add("atomicAdd(a, 1.0f);");
    bodies.add("a[0] = __shfl_down_sync(0xffffffff, a[0], 1);");
    bodies.add("a[0] = INFINITY;");
    bodies.add("a[0] = NAN;");
    bodies.add("a[0] = std::sqrt(a[0]);");
    bodies.add("a[0] = M_PI;");
    bodies.add("a[0] = FLT_MAX;");
    bodies.add("int64_t i = 0; a[i] = 1.0f;");
    bodies.add("uint32_t i = 0; a[i] = 1.0f;");
    bodies.add("a[0] = undeclared;");
    return bodies.stream();
  }

  @ParameterizedTest
  @MethodSource("refused")
  void source_thatCannotRun_isCompilationError(String body) {
    Compiled compiled =
        compile("extern \"C\" __global__ void f(float* a) { " + body + " }", OPTIONS);
    assertThat(compiled.status).isEqualTo(nvrtcResult.NVRTC_ERROR_COMPILATION);
    assertThat(compiled.log).contains("error: ");
    assertThat(compiled.cubin).isEmpty();
    standIn.assertClean();
  }

  @Test
  void source_withHeader_isCompilationError() {
    assertThat(compile("#include <cmath>\n" + AXPY, OPTIONS).status)
        .isEqualTo(nvrtcResult.NVRTC_ERROR_COMPILATION);
    standIn.assertClean();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--use_fast_math", "--gpu-architecture=sm_81", "-O3"})
  void option_unknown_isRefused(String option) {
    Compiled compiled = compile(AXPY, option);
    assertThat(compiled.status).isEqualTo(nvrtcResult.NVRTC_ERROR_INVALID_OPTION);
    assertThat(compiled.log).startsWith("nvrtc: error: ");
    standIn.assertClean();
  }

  @Test
  void unload_withLaunchesWaiting_isViolation() {
    try (Session session = new Session()) {
      CUmodule module = new CUmodule();
      Session.check(JCudaDriver.cuModuleLoadData(module, compile(AXPY, OPTIONS).cubin));
      CUfunction axpy = new CUfunction();
      Session.check(JCudaDriver.cuModuleGetFunction(axpy, module, "axpy"));
      CUdeviceptr x = session.device(1f);
      Pointer one = Pointer.to(new float[] {1f});
      Session.check(launch(session, axpy, 1, 1, value(1), one, Pointer.to(x), Pointer.to(x)));
      Session.check(JCudaDriver.cuModuleUnload(module));
      assertThat(session.floats(x, 1)).containsExactly(2f);
    }
    assertThat(standIn.violations())
        .containsExactly("cuModuleUnload: 1 launches of the module still wait in a stream");
  }
}
