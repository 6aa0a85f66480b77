package dev.pleas.cuda.kernel;

import dev.pleas.cuda.driver.CudaContext;
import dev.pleas.cuda.driver.Gpus;
import dev.pleas.cuda.driver.Status;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import jcuda.NativePointerObject;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** All kernels, loaded on a GPU. To be used while its context is current. */
public final class KernelModule {
  /** Threads of a block. */
  private static final int BLOCK = 256;

  private final CudaContext context;
  private final CUmodule module;
  private final Map<String, CUfunction> functions = new HashMap<>();

  private KernelModule(CudaContext context, CUmodule module) {
    this.context = context;
    this.module = module;
  }

  /**
   * Loads the kernels: from disk if they have been compiled before, or freshly compiled. They are
   * unloaded with the context.
   *
   * @throws dev.pleas.cuda.driver.CudaException if they cannot be compiled or loaded
   */
  public static KernelModule load(CudaContext context) {
    String source = KernelSource.read();
    KernelCompiler.Target target = KernelCompiler.Target.of(context.gpu().architecture());
    KernelCache cache = KernelCache.ofThisUser();
    String driver = String.valueOf(Gpus.driverVersion());
    String name =
        KernelCache.name(
            target.option() + "-" + driver,
            source,
            target.toString(),
            driver,
            KernelCompiler.version());
    CUmodule module = new CUmodule();
    Optional<byte[]> kept = cache.read(name);
    // An image that the driver does not take is as good as none.
    if (kept.isEmpty()
        || JCudaDriver.cuModuleLoadData(module, kept.get()) != CUresult.CUDA_SUCCESS) {
      byte[] image = KernelCompiler.compile(source, target);
      Status.driver("cuModuleLoadData", JCudaDriver.cuModuleLoadData(module, image));
      cache.write(name, image);
    }
    context.whenClosed(() -> Status.driver("cuModuleUnload", JCudaDriver.cuModuleUnload(module)));
    return new KernelModule(context, module);
  }

  /**
   * Runs a kernel on the stream that computes.
   *
   * @param name of the kernel
   * @param threads how many are needed, at least 1
   * @param arguments in the kernel's order: {@code Integer}, {@code Long}, {@code Float}, {@code
   *     Double}, or a pointer into the GPU's memory
   */
  public void launch(String name, long threads, Object... arguments) {
    NativePointerObject[] values = new NativePointerObject[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      values[i] = pointer(arguments[i]);
    }
    int blocks = Math.toIntExact((threads + BLOCK - 1) / BLOCK);
    Status.driver(
        "cuLaunchKernel of " + name,
        JCudaDriver.cuLaunchKernel(
            function(name),
            blocks,
            1,
            1,
            BLOCK,
            1,
            1,
            0,
            context.stream(),
            Pointer.to(values),
            null));
  }

  private static Pointer pointer(Object argument) {
    if (argument instanceof Integer i) {
      return Pointer.to(new int[] {i});
    } else if (argument instanceof Long l) {
      return Pointer.to(new long[] {l});
    } else if (argument instanceof Float f) {
      return Pointer.to(new float[] {f});
    } else if (argument instanceof Double d) {
      return Pointer.to(new double[] {d});
    } else if (argument instanceof NativePointerObject p) {
      return Pointer.to(p);
    }
    throw new IllegalArgumentException("not an argument of a kernel: " + argument);
  }

  private CUfunction function(String name) {
    CUfunction known = functions.get(name);
    if (known != null) {
      return known;
    }
    CUfunction function = new CUfunction();
    Status.driver(
        "cuModuleGetFunction of " + name, JCudaDriver.cuModuleGetFunction(function, module, name));
    functions.put(name, function);
    return function;
  }
}
