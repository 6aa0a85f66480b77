package dev.pleas.backend.tensor;

/**
 * Memory with a count of its users: tensors may share elements under different shapes.
 *
 * @param <M> the memory
 */
public final class SharedMemory<M> implements AutoCloseable {
  private final KernelBackend<M> backend;
  private final M data;
  private int users = 1;

  /**
   * Takes memory from a backend.
   *
   * @param elements may be 0
   */
  public SharedMemory(KernelBackend<M> backend, long elements) {
    this.backend = backend;
    this.data = backend.take(elements);
  }

  /** Returns the memory itself. */
  public M data() {
    return data;
  }

  /** Adds a user, who closes it too. */
  public synchronized SharedMemory<M> share() {
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
