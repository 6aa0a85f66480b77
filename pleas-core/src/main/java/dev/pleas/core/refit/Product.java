package dev.pleas.core.refit;

import dev.pleas.api.matrix.Matrix;
import java.util.stream.IntStream;

/** Products of float64 matrices that are too small, or too few, to go to a backend. */
final class Product {
  private Product() {}

  /** Returns A·B, rows in parallel; each is summed in one order. */
  static Matrix of(Matrix a, Matrix b) {
    if (a.columns() != b.rows()) {
      throw new IllegalArgumentException("product of a " + a + " and a " + b);
    }
    int columns = b.columns();
    double[] out = new double[Math.multiplyExact(a.rows(), columns)];
    IntStream.range(0, a.rows()).parallel().forEach(i -> row(a, b, i, out));
    return Matrix.wrap(a.rows(), columns, out);
  }

  private static void row(Matrix a, Matrix b, int i, double[] out) {
    int columns = b.columns();
    double[] values = b.values();
    for (int k = 0; k < a.columns(); k++) {
      double factor = a.get(i, k);
      if (factor != 0) {
        for (int j = 0; j < columns; j++) {
          out[i * columns + j] += factor * values[k * columns + j];
        }
      }
    }
  }
}
