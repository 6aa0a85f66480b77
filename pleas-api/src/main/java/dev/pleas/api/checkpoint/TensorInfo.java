package dev.pleas.api.checkpoint;

import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;

/**
 * What a checkpoint's header says of a tensor.
 *
 * @param dtype the stored element type
 * @param shape the axis lengths
 */
public record TensorInfo(DType dtype, Shape shape) {
  /** Returns the bytes that the tensor takes in a file. */
  public long bytes() {
    return Math.multiplyExact(shape.elements(), (long) dtype.bytes());
  }
}
