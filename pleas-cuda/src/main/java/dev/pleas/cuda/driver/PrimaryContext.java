package dev.pleas.cuda.driver;

import dev.pleas.backend.tensor.Closing;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.JCudaDriver;

/**
 * A GPU's primary context, which all users in a process share. Current only while something is run
 * in it: the thread's own current context is restored afterwards.
 */
final class PrimaryContext implements AutoCloseable {
  private final CUdevice device;
  private final CUcontext context = new CUcontext();

  PrimaryContext(Gpus.Gpu gpu) {
    this.device = Gpus.device(gpu.number());
    Status.driver(
        "cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
  }

  /** Runs something while this is the thread's current context, and returns its result. */
  <R> R call(CudaContext.Work<R> work) {
    Status.driver("cuCtxPushCurrent", JCudaDriver.cuCtxPushCurrent(context));
    R result;
    try {
      result = work.run();
    } catch (RuntimeException | Error e) {
      Closing closing = new Closing();
      closing.close(PrimaryContext::pop);
      closing.finishAfter(e);
      throw e;
    }
    pop();
    return result;
  }

  private static void pop() {
    Status.driver("cuCtxPopCurrent", JCudaDriver.cuCtxPopCurrent(new CUcontext()));
  }

  /** Returns how much memory of a GPU nobody uses. */
  static long freeBytes(Gpus.Gpu gpu) {
    try (PrimaryContext context = new PrimaryContext(gpu)) {
      return context.call(PrimaryContext::freeBytes);
    }
  }

  /** Returns how much memory of the current context's GPU nobody uses. */
  static long freeBytes() {
    long[] free = new long[1];
    long[] total = new long[1];
    Status.driver("cuMemGetInfo", JCudaDriver.cuMemGetInfo(free, total));
    return free[0];
  }

  @Override
  public void close() {
    Status.driver("cuDevicePrimaryCtxRelease", JCudaDriver.cuDevicePrimaryCtxRelease(device));
  }
}
