package dev.pleas.cuda.kernel;

import dev.pleas.cuda.driver.CudaLibrary;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Compiles all kernels with whatever NVRTC this process finds, and says how large they become. */
final class CompileForEveryGpu {
  /** Volta to Hopper. */
  static final List<Integer> ARCHITECTURES = List.of(70, 72, 75, 80, 86, 87, 89, 90);

  /** An architecture that no NVRTC of CUDA 12 knows. */
  private static final int FUTURE = 990;

  private CompileForEveryGpu() {}

  public static void main(String[] arguments) {
    if (CudaLibrary.NVRTC.load() != null) {
      throw new IllegalStateException(CudaLibrary.NVRTC.load().reason());
    }
    System.out.println("NVRTC " + KernelCompiler.version());
    String source = KernelSource.read();
    for (int architecture : ARCHITECTURES) {
      KernelCompiler.Target target = KernelCompiler.Target.of(architecture);
      byte[] image = KernelCompiler.compile(source, target);
      boolean elf = image[0] == 0x7f && image[1] == 'E';
      System.out.println(target.option() + " elf=" + elf + " bytes=" + image.length);
    }
    KernelCompiler.Target target = KernelCompiler.Target.of(FUTURE);
    String ptx = new String(KernelCompiler.compile(source, target), StandardCharsets.ISO_8859_1);
    System.out.println(target.option() + " ptx=" + ptx.contains(".visible .entry softmax("));
    try {
      KernelCompiler.compile("__global__ void broken() { undeclared(); }", target);
    } catch (RuntimeException e) {
      System.out.println("broken: " + e.getMessage());
    }
  }
}
