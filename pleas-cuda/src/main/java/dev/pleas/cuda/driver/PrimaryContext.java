package dev.pleas.cuda.driver;

import dev.pleas.backend.tensor.Closing;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * A GPU's primary context, which all users in a process share. Current only while something is run
 * in it: the thread's own current context is restored afterwards.
 */
final class PrimaryContext implements AutoCloseable {
  private final CUdevice device;
  private final CUcontext context = new CUcontext();

  /** The thread that something is being run for; null if there is none. */
  private @Nullable Thread user;

  PrimaryContext(Gpus.Gpu gpu) {
    this.device = Gpus.device(gpu.number());
    Status.driver(
        "cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
  }

  /** Runs something while this is the thread's current context, and returns its result. */
  <R> R call(CudaContext.Work<R> work) {
    if (Thread.currentThread().equals(user)) {
      return work.run(); // It is current already.
    }
    Status.driver("cuCtxPushCurrent", JCudaDriver.cuCtxPushCurrent(context));
    user = Thread.currentThread();
    R result;
    try {
      result = work.run();
    } catch (RuntimeException | Error e) {
      user = null;
      Closing.after(e, PrimaryContext::pop);
      throw e;
    }
    user = null;
    pop();
    return result;
  }

  /**
   * Runs something that gives resources back. Entering the context may report a failure of earlier
   * work; that is no reason to keep anything, so it is tried once more.
   */
  void release(Runnable work) {
    boolean[] entered = new boolean[1];
    CudaContext.Work<Boolean> once =
        () -> {
          entered[0] = true;
          work.run();
          return true;
        };
    try {
      call(once);
    } finally {
      if (!entered[0]) {
        call(once);
      }
    }
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
