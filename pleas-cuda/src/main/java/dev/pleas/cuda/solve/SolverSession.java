package dev.pleas.cuda.solve;

import dev.pleas.backend.tensor.Closing;
import dev.pleas.cuda.driver.CudaContext;
import dev.pleas.cuda.driver.Gpus;
import dev.pleas.cuda.driver.Status;
import jcuda.jcusolver.JCusolverDn;
import jcuda.jcusolver.cusolverDnHandle;
import jcuda.runtime.cudaStream_t;

/** A GPU with cuSOLVER, on the stream that computes. */
final class SolverSession implements AutoCloseable {
  private final CudaContext context;
  private final cusolverDnHandle handle = new cusolverDnHandle();

  SolverSession(Gpus.Gpu gpu) {
    context = CudaContext.open(gpu);
    try {
      context.run(this::start);
    } catch (RuntimeException | LinkageError e) {
      Closing.after(e, context::close);
      throw e;
    }
  }

  private void start() {
    Status.cusolver("cusolverDnCreate", JCusolverDn.cusolverDnCreate(handle));
    context.whenClosed(
        () -> Status.cusolver("cusolverDnDestroy", JCusolverDn.cusolverDnDestroy(handle)));
    Status.cusolver(
        "cusolverDnSetStream",
        JCusolverDn.cusolverDnSetStream(handle, new cudaStream_t(context.stream())));
  }

  CudaContext context() {
    return context;
  }

  cusolverDnHandle handle() {
    return handle;
  }

  @Override
  public void close() {
    context.close();
  }
}
