package dev.pleas.cpu.tensor;

/** Memory with a count of its users: tensors may share elements under different shapes. */
final class Memory<F extends Floats> implements AutoCloseable {
  private final CpuBackend<F> backend;
  private final F data;
  private int users = 1;

  Memory(CpuBackend<F> backend, long elements) {
    this.backend = backend;
    this.data = backend.take(elements);
  }

  F data() {
    return data;
  }

  synchronized Memory<F> share() {
    users++;
    return this;
  }

  /** Ends one use; the last one gives the memory back. */
  @Override
  public synchronized void close() {
    users--;
    if (users == 0) {
      backend.giveBack(data);
    }
  }
}
