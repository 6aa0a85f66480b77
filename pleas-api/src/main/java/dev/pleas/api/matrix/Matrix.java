package dev.pleas.api.matrix;

import java.util.Arrays;

/**
 * A dense float64 matrix, row-major without padding. The array is shared, not copied: {@link #wrap}
 * takes it over, and readers of {@link #values()} must not modify it.
 */
public final class Matrix {
  private final int rows;
  private final int columns;
  private final double[] values;

  private Matrix(int rows, int columns, double[] values) {
    if (rows < 0 || columns < 0 || (long) rows * columns != values.length) {
      throw new IllegalArgumentException(
          "a " + rows + "×" + columns + " matrix cannot have " + values.length + " values");
    }
    this.rows = rows;
    this.columns = columns;
    this.values = values;
  }

  /**
   * Returns a matrix over an array that from now on belongs to it.
   *
   * @param values rows×columns, row-major; not copied
   * @throws IllegalArgumentException if the length is not rows×columns
   */
  public static Matrix wrap(int rows, int columns, double[] values) {
    return new Matrix(rows, columns, values);
  }

  /** Returns the number of rows. */
  public int rows() {
    return rows;
  }

  /** Returns the number of columns. */
  public int columns() {
    return columns;
  }

  /** Returns element (row, column), both counted from 0. */
  public double get(int row, int column) {
    if (column < 0 || column >= columns) {
      throw new IndexOutOfBoundsException("column " + column + " of " + columns);
    }
    return values[row * columns + column];
  }

  /** Returns the elements, row-major: the array itself, not a copy, not to be modified. */
  public double[] values() {
    return values;
  }

  /**
   * Returns the sub-matrix of the given rows and columns, in the given order; a copy.
   *
   * @param rowIndices each 0 ≤ index &lt; rows
   * @param columnIndices each 0 ≤ index &lt; columns
   */
  public Matrix select(int[] rowIndices, int[] columnIndices) {
    double[] out = new double[Math.multiplyExact(rowIndices.length, columnIndices.length)];
    int k = 0;
    for (int r : rowIndices) {
      int base = r * columns;
      for (int c : columnIndices) {
        out[k++] = values[base + c];
      }
    }
    return new Matrix(rowIndices.length, columnIndices.length, out);
  }

  /** Returns the transpose; a copy. */
  public Matrix transpose() {
    double[] out = new double[values.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        out[c * rows + r] = values[r * columns + c];
      }
    }
    return new Matrix(columns, rows, out);
  }

  /** Returns the flat index of the first NaN or infinite element, or −1. */
  public int firstNonFinite() {
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Matrix m
        && rows == m.rows
        && columns == m.columns
        && Arrays.equals(values, m.values);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * rows + columns) + Arrays.hashCode(values);
  }

  /** Returns {@code 3×4 matrix}. */
  @Override
  public String toString() {
    return rows + "×" + columns + " matrix";
  }
}
