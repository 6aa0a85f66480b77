package dev.pleas.api.backend;

import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;

/**
 * A float32 tensor in the memory of a backend. It belongs to the {@link TensorScope} that made it
 * and ends with that scope or earlier by {@link #close()}. Use after that is an {@link
 * IllegalStateException}. Contents never change once an operation has returned the tensor.
 */
public interface Tensor extends AutoCloseable {
  /** Returns the axis lengths; valid after close too. */
  Shape shape();

  /**
   * Copies the elements to the host.
   *
   * @throws IllegalStateException if the tensor is closed
   */
  HostTensor toHost();

  /** Gives the memory back now. Does nothing the second time. */
  @Override
  void close();
}
