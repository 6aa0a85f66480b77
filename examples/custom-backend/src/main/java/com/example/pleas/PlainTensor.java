package com.example.pleas;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;

/** A tensor as an array, row-major. */
final class PlainTensor extends Resource implements Tensor {
  private final Shape shape;
  private float[] values;

  /**
   * @param values of the shape; from now on the tensor's own
   */
  PlainTensor(PlainScope scope, Shape shape, float[] values) {
    super(scope, 4L * values.length);
    this.shape = shape;
    this.values = values;
  }

  /** Returns the elements, which must not be modified once the tensor was returned. */
  float[] values() {
    checkOpen();
    return values;
  }

  /** Returns the length of an axis. */
  int dim(int axis) {
    return shape.dim(axis);
  }

  /** Returns the product of the lengths of all axes after the second. */
  int positions() {
    return Math.toIntExact(shape.elementsFrom(2));
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public HostTensor toHost() {
    return HostTensor.wrap(shape, values().clone());
  }

  @Override
  void free() {
    values = new float[0];
  }

  @Override
  public String toString() {
    return "tensor " + shape;
  }
}
