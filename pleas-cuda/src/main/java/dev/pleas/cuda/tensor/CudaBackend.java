package dev.pleas.cuda.tensor;

import dev.pleas.api.provider.DeviceOptions;
import dev.pleas.backend.tensor.Closing;
import dev.pleas.backend.tensor.KernelBackend;
import dev.pleas.backend.tensor.Kernels;
import dev.pleas.cuda.driver.CudaContext;
import dev.pleas.cuda.driver.Gpus;
import dev.pleas.cuda.kernel.KernelModule;

/** Tensors on a GPU. */
final class CudaBackend extends KernelBackend<DeviceBlock> {
  /** What is left to the driver, cuBLAS and other programs when nobody says how much to use. */
  private static final double SHARE = 0.9;

  private final CudaContext context;
  private final DevicePool pool;
  private final CudaKernels kernels;

  private CudaBackend(CudaContext context, long limitBytes, boolean dnn) {
    this.context = context;
    this.pool = new DevicePool(context, limitBytes);
    Engine engine = new Engine(context, this, KernelModule.load(context));
    this.kernels = new CudaKernels(engine, dnn ? new Dnn(context) : null);
  }

  /**
   * Starts work on a GPU.
   *
   * @param options the limit of memory; the device has been chosen
   * @param dnn whether convolutions are cuDNN's where it does them
   * @throws dev.pleas.cuda.driver.CudaException if the GPU or a library refuses
   */
  static CudaBackend open(Gpus.Gpu gpu, DeviceOptions options, boolean dnn) {
    CudaContext context = CudaContext.open(gpu);
    try {
      return context.call(
          () -> {
            Long chosen = options.memoryBytes();
            long limit = chosen == null ? (long) (SHARE * context.freeBytes()) : chosen;
            return new CudaBackend(context, limit, dnn);
          });
    } catch (RuntimeException | LinkageError e) {
      Closing.after(e, context::close);
      throw e;
    }
  }

  @Override
  public String description() {
    return "CUDA "
        + Gpus.cuda(Gpus.driverVersion())
        + " on GPU "
        + context.gpu().number()
        + ", "
        + context.gpu().description()
        + (kernels.hasDnn() ? ", cuDNN" : ", convolutions by cuBLAS");
  }

  @Override
  protected Kernels<DeviceBlock> kernels() {
    return kernels;
  }

  @Override
  protected DeviceBlock allocate(long elements) {
    return pool.take(elements);
  }

  @Override
  protected void free(DeviceBlock memory) {
    pool.giveBack(memory);
  }

  @Override
  protected long allocatedBytes() {
    return pool.bytes();
  }

  @Override
  protected void trim() {
    pool.trim();
  }

  @Override
  protected void release() {
    Closing closing = new Closing();
    closing.close(pool::trim);
    closing.close(context::close);
    closing.finish();
  }
}
