package dev.pleas.cuda.solve;

import dev.pleas.cuda.driver.CudaContext;
import jcuda.driver.CUdeviceptr;

/** Float64 numbers in the memory of a GPU. */
final class DeviceMatrix implements AutoCloseable {
  private final CudaContext context;
  private final CUdeviceptr start;

  /** Allocates. */
  DeviceMatrix(CudaContext context, long count) {
    this.context = context;
    this.start = context.allocate(8 * Math.max(1, count));
  }

  CUdeviceptr start() {
    return start;
  }

  /**
   * Sends numbers; to be used while the context is current.
   *
   * @param from the first of them in {@code values}
   * @param count how many
   * @param to where the first belongs
   */
  void send(double[] values, int from, int count, long to) {
    context
        .transfers()
        .send(
            (target, at) ->
                target.asDoubleBuffer().put(values, from + (int) (at / 8), target.remaining() / 8),
            start.withByteOffset(8 * to),
            8L * count);
  }

  /** Fetches the first {@code count} numbers; to be used while the context is current. */
  void fetch(double[] values, int count) {
    context
        .transfers()
        .fetch(
            start,
            8L * count,
            (source, to) ->
                source.asDoubleBuffer().get(values, (int) (to / 8), source.remaining() / 8));
  }

  @Override
  public void close() {
    context.free(start);
  }
}
