package dev.pleas.cuda.tensor;

import dev.pleas.backend.tensor.SharedMemory;
import dev.pleas.cuda.driver.ArrayTransfers;
import dev.pleas.cuda.driver.CudaContext;
import dev.pleas.cuda.kernel.KernelModule;
import jcuda.driver.CUdeviceptr;

/** What operations are made of: memory, transfers, launches and products, all in order. */
final class Engine {
  private final CudaContext context;
  private final CudaBackend backend;
  private final KernelModule module;
  private final ArrayTransfers arrays;
  private final Products products;

  Engine(CudaContext context, CudaBackend backend, KernelModule module) {
    this.context = context;
    this.backend = backend;
    this.module = module;
    this.arrays = new ArrayTransfers(context);
    this.products = new Products(context);
  }

  /** Runs a kernel for each of several elements; does nothing if there are none. */
  void launch(String kernel, long threads, Object... arguments) {
    if (threads > 0) {
      context.run(() -> module.launch(kernel, threads, arguments));
    }
  }

  /** Multiplies matrices. */
  void multiply(
      Products.Form form,
      int count,
      Products.Matrices a,
      Products.Matrices b,
      Products.Matrices c) {
    context.run(() -> products.multiply(form, count, a, b, c));
  }

  /** Runs something while the context is current. */
  void run(Runnable work) {
    context.run(work);
  }

  /** Returns the way to and from the host. */
  ArrayTransfers arrays() {
    return arrays;
  }

  /** Returns memory for so many elements, to be closed; what is computed with it may go on. */
  SharedMemory<DeviceBlock> memory(long elements) {
    return new SharedMemory<>(backend, elements);
  }

  /** Returns memory for float64 numbers, all zero. */
  SharedMemory<DeviceBlock> zeros(long count) {
    SharedMemory<DeviceBlock> zeros = memory(2 * count);
    try {
      clear(zeros.data().start(), 8 * count);
    } catch (RuntimeException e) {
      zeros.close();
      throw e;
    }
    return zeros;
  }

  /** Sets memory to zero. */
  void clear(CUdeviceptr start, long bytes) {
    if (bytes > 0) {
      context.run(() -> context.clear(start, bytes));
    }
  }

  /** Copies float64 numbers to the host. */
  double[] doubles(CUdeviceptr from, int count) {
    double[] values = new double[count];
    arrays.fetch(from, values, count);
    return values;
  }
}
