package dev.pleas.cuda.driver;

import dev.pleas.api.error.DeviceMemoryException;
import dev.pleas.backend.tensor.Closing;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.runtime.cudaStream_t;

/**
 * A GPU at work: its primary context, one stream on which everything is computed in order, cuBLAS
 * on that stream, and transfers to and from the host beside it. Used by one thread at a time; the
 * thread's own current context is restored after every use.
 */
public final class CudaContext implements AutoCloseable {
  private final Gpus.Gpu gpu;
  private final PrimaryContext context;
  private final CUstream stream = new CUstream();
  private final cublasHandle blas = new cublasHandle();
  private final Resources inContext = new Resources();
  private final Transfers transfers;
  private boolean closed;

  private CudaContext(Gpus.Gpu gpu) {
    this.gpu = gpu;
    this.context = new PrimaryContext(gpu);
    try {
      this.transfers = call(this::makeResources);
    } catch (RuntimeException | LinkageError e) {
      Closing.after(e, this::close);
      throw e;
    }
  }

  private Transfers makeResources() {
    Status.driver(
        "cuStreamCreate",
        JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
    inContext.add(() -> Status.driver("cuStreamDestroy", JCudaDriver.cuStreamDestroy(stream)));
    Status.cublas("cublasCreate", JCublas2.cublasCreate(blas));
    inContext.add(() -> Status.cublas("cublasDestroy", JCublas2.cublasDestroy(blas)));
    Status.cublas("cublasSetStream", JCublas2.cublasSetStream(blas, new cudaStream_t(stream)));
    return new Transfers(gpu, stream, inContext);
  }

  /**
   * Starts work on a GPU.
   *
   * @throws CudaException if the GPU refuses
   */
  public static CudaContext open(Gpus.Gpu gpu) {
    return new CudaContext(gpu);
  }

  /** Returns the GPU. */
  public Gpus.Gpu gpu() {
    return gpu;
  }

  /** Returns the stream that computes. */
  public CUstream stream() {
    return stream;
  }

  /** Returns cuBLAS, on the stream that computes. */
  public cublasHandle blas() {
    return blas;
  }

  /** Returns the way to and from the host; to be used within {@link #run}. */
  public Transfers transfers() {
    return transfers;
  }

  /** Runs something while this is the thread's current context. */
  public void run(Runnable work) {
    call(
        () -> {
          work.run();
          return true;
        });
  }

  /** What is run in a context. */
  @FunctionalInterface
  public interface Work<R> {
    /** Does it. */
    R run();
  }

  /** Runs something while this is the thread's current context, and returns its result. */
  public <R> R call(Work<R> work) {
    return context.call(work);
  }

  /**
   * Allocates memory of the GPU.
   *
   * @param bytes at least 1
   * @throws DeviceMemoryException if the GPU has not as much
   */
  public CUdeviceptr allocate(long bytes) {
    CUdeviceptr pointer = new CUdeviceptr();
    boolean[] allocated = new boolean[1];
    try {
      run(
          () -> {
            DeviceMemory.allocate(gpu, pointer, bytes);
            allocated[0] = true;
          });
    } catch (RuntimeException e) {
      if (allocated[0]) {
        Closing.after(e, () -> free(pointer));
      }
      throw e;
    }
    return pointer;
  }

  /** Frees memory of the GPU. */
  public void free(CUdeviceptr pointer) {
    context.release(() -> Status.driver("cuMemFree", JCudaDriver.cuMemFree(pointer)));
  }

  /** Returns how much memory of the GPU nobody uses; to be used within {@link #run}. */
  public long freeBytes() {
    return PrimaryContext.freeBytes();
  }

  /** Sets memory of the GPU to zero, in order with the computation; within {@link #run}. */
  public void clear(CUdeviceptr start, long bytes) {
    Status.driver("cuMemsetD8Async", JCudaDriver.cuMemsetD8Async(start, (byte) 0, bytes, stream));
  }

  /**
   * Adds something that is given back before the context is, while it is current.
   *
   * @param step gives it back
   */
  public void whenClosed(Runnable step) {
    inContext.add(step::run);
  }

  /** Gives everything back; does nothing the second time. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    Resources last = new Resources();
    last.add(context::close);
    last.add(() -> context.release(inContext::close));
    last.close();
  }
}
