package dev.pleas.backend.tensor;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import org.jspecify.annotations.Nullable;

/** A tensor in memory that it may share with others of another shape. */
final class KernelTensor<M> implements Tensor {
  private final KernelScope<M> scope;
  private final Shape shape;
  private volatile @Nullable SharedMemory<M> memory;

  KernelTensor(KernelScope<M> scope, Shape shape, SharedMemory<M> memory) {
    this.scope = scope;
    this.shape = shape;
    this.memory = memory;
  }

  @Override
  public Shape shape() {
    return shape;
  }

  KernelScope<M> scope() {
    return scope;
  }

  /** Returns the memory. Throws IllegalStateException if the tensor is closed. */
  SharedMemory<M> memory() {
    SharedMemory<M> open = memory;
    if (open == null) {
      throw new IllegalStateException("tensor " + shape + " is closed");
    }
    return open;
  }

  M data() {
    return memory().data();
  }

  long elements() {
    return shape.elements();
  }

  @Override
  public HostTensor toHost() {
    M data = data();
    float[] values = new float[Math.toIntExact(elements())];
    scope.read(data, values);
    return HostTensor.wrap(shape, values);
  }

  @Override
  public void close() {
    SharedMemory<M> open = memory;
    if (open != null) {
      memory = null;
      scope.forget(this);
      open.close();
    }
  }
}
