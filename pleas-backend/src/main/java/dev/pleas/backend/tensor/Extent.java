package dev.pleas.backend.tensor;

import dev.pleas.api.tensor.Shape;

/**
 * The sizes of a tensor [N, C, …] with its positions on one axis.
 *
 * @param samples N
 * @param channels C
 * @param positions the product of all axes after the second, 1 if there are none
 */
public record Extent(int samples, int channels, int positions) {
  /**
   * Returns the sizes of a shape.
   *
   * @param shape of rank 2 at least
   * @throws ArithmeticException if there are more than 2³¹ − 1 positions
   */
  public static Extent of(Shape shape) {
    return new Extent(shape.dim(0), shape.dim(1), Math.toIntExact(shape.elementsFrom(2)));
  }

  /** Returns N·C. */
  public int planes() {
    return Math.multiplyExact(samples, channels);
  }

  /** Returns N·C·L. */
  public long elements() {
    return (long) samples * channels * positions;
  }
}
