package dev.pleas.api.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The lengths of a tensor's axes, outermost first. A scalar has no axes; an axis may have length 0.
 */
public final class Shape {
  private final int[] dims;

  private Shape(int[] dims) {
    for (int d : dims) {
      if (d < 0) {
        throw new IllegalArgumentException("negative axis length in " + Arrays.toString(dims));
      }
    }
    this.dims = dims;
  }

  /**
   * Returns the shape with these axis lengths.
   *
   * @param dims axis lengths, outermost first; copied
   * @throws IllegalArgumentException if a length is negative
   */
  public static Shape of(int... dims) {
    return new Shape(dims.clone());
  }

  /** Returns the number of axes. */
  public int rank() {
    return dims.length;
  }

  /**
   * Returns the length of an axis.
   *
   * @param axis 0 ≤ axis &lt; rank
   */
  public int dim(int axis) {
    return dims[axis];
  }

  /** Returns a copy of the axis lengths. */
  public int[] dims() {
    return dims.clone();
  }

  /** Returns the number of elements, the product of the axis lengths (1 for a scalar). */
  public long elements() {
    long n = 1;
    for (int d : dims) {
      n = Math.multiplyExact(n, (long) d);
    }
    return n;
  }

  /**
   * Returns the product of the axis lengths from {@code fromAxis} to the last; 1 if there are none.
   *
   * @param fromAxis 0 ≤ fromAxis ≤ rank
   */
  public long elementsFrom(int fromAxis) {
    long n = 1;
    for (int a = fromAxis; a < dims.length; a++) {
      n = Math.multiplyExact(n, (long) dims[a]);
    }
    return n;
  }

  /** Returns this shape with one axis replaced. */
  public Shape with(int axis, int length) {
    int[] changed = dims.clone();
    changed[axis] = length;
    return new Shape(changed);
  }

  /** Returns this shape with an axis put before the others. */
  public Shape prepend(int length) {
    int[] longer = new int[dims.length + 1];
    longer[0] = length;
    System.arraycopy(dims, 0, longer, 1, dims.length);
    return new Shape(longer);
  }

  /**
   * Returns this shape without its outermost axis.
   *
   * @throws IllegalStateException if this is a scalar
   */
  public Shape dropFirst() {
    if (dims.length == 0) {
      throw new IllegalStateException("a scalar has no axis to drop");
    }
    return new Shape(Arrays.copyOfRange(dims, 1, dims.length));
  }

  /** Returns the axis lengths as a list, for callers that want one. */
  public List<Integer> toList() {
    return Arrays.stream(dims).boxed().toList();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape s && Arrays.equals(dims, s.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** Returns {@code [64, 3, 7, 7]}. */
  @Override
  public String toString() {
    return Arrays.stream(dims)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
