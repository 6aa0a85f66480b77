package dev.pleas.cuda.solve;

import dev.pleas.cuda.driver.ArrayTransfers;
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
   * Sends numbers.
   *
   * @param from the first of them in {@code values}
   * @param count how many
   * @param to where the first belongs
   */
  void send(double[] values, int from, int count, long to) {
    new ArrayTransfers(context).send(values, from, count, start.withByteOffset(8 * to));
  }

  /** Fetches the first {@code count} numbers. */
  void fetch(double[] values, int count) {
    new ArrayTransfers(context).fetch(start, values, count);
  }

  @Override
  public void close() {
    context.free(start);
  }
}
