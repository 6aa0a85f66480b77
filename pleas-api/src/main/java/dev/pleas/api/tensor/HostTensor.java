package dev.pleas.api.tensor;

import dev.pleas.api.error.ShapeException;

/**
 * A float32 tensor in Java memory, row-major. The array is shared, not copied: whoever makes a host
 * tensor hands the array over, and whoever reads {@link #values()} must not modify it. So a host
 * tensor is as good as immutable and may be shared between threads.
 */
public final class HostTensor {
  private final Shape shape;
  private final float[] values;

  private HostTensor(Shape shape, float[] values) {
    if (shape.elements() != values.length) {
      throw new ShapeException(
          "shape " + shape + " has " + shape.elements() + " elements, found " + values.length);
    }
    this.shape = shape;
    this.values = values;
  }

  /**
   * Returns a tensor over an array that from now on belongs to it.
   *
   * @param values row-major, {@code shape.elements()} long; not copied, not to be modified any more
   * @throws ShapeException if the length does not fit the shape
   */
  public static HostTensor wrap(Shape shape, float[] values) {
    return new HostTensor(shape, values);
  }

  /** Returns the axis lengths. */
  public Shape shape() {
    return shape;
  }

  /** Returns the elements, row-major: the array itself, not a copy, not to be modified. */
  public float[] values() {
    return values;
  }

  /** Returns {@code HostTensor[64, 3, 7, 7]}. */
  @Override
  public String toString() {
    return "HostTensor" + shape;
  }
}
