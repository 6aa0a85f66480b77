package dev.pleas.cuda.kernel;

import dev.pleas.cuda.driver.Status;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import jcuda.nvrtc.JNvrtc;
import jcuda.nvrtc.nvrtcProgram;
import jcuda.nvrtc.nvrtcResult;

/** Compiles with NVRTC. */
final class KernelCompiler {
  private KernelCompiler() {}

  /**
   * What NVRTC is asked for.
   *
   * @param option of the compiler, for instance {@code sm_80}
   * @param binary whether that is machine code for the GPU itself, or PTX for the driver to finish
   */
  record Target(String option, boolean binary) {
    /**
     * Returns the best target: machine code where this NVRTC knows the GPU, since that also runs on
     * drivers older than NVRTC; else PTX for the newest architecture it knows, which later drivers
     * finish.
     */
    static Target of(int architecture) {
      int[] count = new int[1];
      Status.nvrtc("nvrtcGetNumSupportedArchs", JNvrtc.nvrtcGetNumSupportedArchs(count));
      int[] known = new int[count[0]];
      Status.nvrtc("nvrtcGetSupportedArchs", JNvrtc.nvrtcGetSupportedArchs(known));
      if (Arrays.stream(known).anyMatch(k -> k == architecture)) {
        return new Target("sm_" + architecture, true);
      }
      int newest = Arrays.stream(known).filter(k -> k < architecture).max().orElse(architecture);
      return new Target("compute_" + newest, false);
    }
  }

  /** Returns the version of NVRTC. */
  static String version() {
    int[] major = new int[1];
    int[] minor = new int[1];
    Status.nvrtc("nvrtcVersion", JNvrtc.nvrtcVersion(major, minor));
    return major[0] + "." + minor[0];
  }

  /**
   * Compiles.
   *
   * @return an image that the driver loads
   * @throws dev.pleas.cuda.driver.CudaException if the compiler refuses, with what it says
   */
  static byte[] compile(String source, Target target) {
    nvrtcProgram program = new nvrtcProgram();
    Status.nvrtc(
        "nvrtcCreateProgram",
        JNvrtc.nvrtcCreateProgram(program, source, "kernels.cu", 0, null, null));
    byte[] image;
    try {
      String[] options = {"--gpu-architecture=" + target.option(), "--std=c++17"};
      int status = JNvrtc.nvrtcCompileProgram(program, options.length, options);
      if (status != nvrtcResult.NVRTC_SUCCESS) {
        Status.nvrtc("nvrtcCompileProgram for " + target.option() + log(program), status);
      }
      image = target.binary() ? binary(program) : text(program);
    } catch (RuntimeException e) {
      JNvrtc.nvrtcDestroyProgram(program);
      throw e;
    }
    Status.nvrtc("nvrtcDestroyProgram", JNvrtc.nvrtcDestroyProgram(program));
    return image;
  }

  private static byte[] binary(nvrtcProgram program) {
    long[] size = new long[1];
    Status.nvrtc("nvrtcGetCUBINSize", JNvrtc.nvrtcGetCUBINSize(program, size));
    byte[] image = new byte[Math.toIntExact(size[0])];
    Status.nvrtc("nvrtcGetCUBIN", JNvrtc.nvrtcGetCUBIN(program, image));
    return image;
  }

  private static byte[] text(nvrtcProgram program) {
    String[] ptx = new String[1];
    Status.nvrtc("nvrtcGetPTX", JNvrtc.nvrtcGetPTX(program, ptx));
    // The driver takes PTX as a string of C.
    return (ptx[0] + '\0').getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String log(nvrtcProgram program) {
    String[] log = new String[1];
    if (JNvrtc.nvrtcGetProgramLog(program, log) != nvrtcResult.NVRTC_SUCCESS || log[0] == null) {
      return "";
    }
    // Warnings come first.
    return log[0]
        .lines()
        .filter(line -> line.contains("error"))
        .findFirst()
        .map(line -> " (" + line.strip() + ")")
        .orElse("");
  }
}
