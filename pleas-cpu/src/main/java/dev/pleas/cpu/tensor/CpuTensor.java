package dev.pleas.cpu.tensor;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import org.jspecify.annotations.Nullable;

/** A tensor in memory that it may share with others of another shape. */
final class CpuTensor<F extends Floats> implements Tensor {
  private final CpuScope<F> scope;
  private final Shape shape;
  private volatile @Nullable Memory<F> memory;

  CpuTensor(CpuScope<F> scope, Shape shape, Memory<F> memory) {
    this.scope = scope;
    this.shape = shape;
    this.memory = memory;
  }

  @Override
  public Shape shape() {
    return shape;
  }

  CpuScope<F> scope() {
    return scope;
  }

  /** Returns the memory. Throws IllegalStateException if the tensor is closed. */
  Memory<F> memory() {
    Memory<F> open = memory;
    if (open == null) {
      throw new IllegalStateException("tensor " + shape + " is closed");
    }
    return open;
  }

  F data() {
    return memory().data();
  }

  long elements() {
    return shape.elements();
  }

  @Override
  public HostTensor toHost() {
    return HostTensor.wrap(shape, values());
  }

  /** Returns a copy of the elements. */
  float[] values() {
    F data = data();
    float[] values = new float[Math.toIntExact(elements())];
    data.read(0, values, 0, values.length);
    return values;
  }

  @Override
  public void close() {
    Memory<F> open = memory;
    if (open != null) {
      memory = null;
      scope.forget(this);
      open.close();
    }
  }
}
