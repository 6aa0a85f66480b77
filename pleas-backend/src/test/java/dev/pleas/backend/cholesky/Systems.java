package dev.pleas.backend.cholesky;

import dev.pleas.api.matrix.Matrix;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;

/** Systems to solve, and plain matrix algebra to judge solutions by. */
public final class Systems {
  private Systems() {}

  public static Matrix matrix(int rows, int columns, IntToDoubleFunction valueAt) {
    double[] values = new double[rows * columns];
    Arrays.setAll(values, valueAt);
    return Matrix.wrap(rows, columns, values);
  }

  public static Matrix zeros(int rows, int columns) {
    return Matrix.wrap(rows, columns, new double[rows * columns]);
  }

  public static Matrix gaussian(int rows, int columns, Random random) {
    return matrix(rows, columns, k -> random.nextGaussian());
  }

  public static Matrix diagonal(double... values) {
    int n = values.length;
    return matrix(n, n, k -> k / n == k % n ? values[k / n] : 0);
  }

  /** XᵀX of n random samples of p features. */
  public static Matrix gram(int n, int p, Random random) {
    Matrix x = gaussian(n, p, random);
    return symmetric(multiply(transpose(x), x));
  }

  /** The lower triangle for both. */
  private static Matrix symmetric(Matrix a) {
    int n = a.rows();
    return matrix(n, n, k -> a.get(Math.max(k / n, k % n), Math.min(k / n, k % n)));
  }

  public static Matrix transpose(Matrix a) {
    int rows = a.columns();
    int columns = a.rows();
    return matrix(rows, columns, k -> a.get(k % columns, k / columns));
  }

  public static Matrix multiply(Matrix a, Matrix b) {
    double[] out = new double[a.rows() * b.columns()];
    for (int i = 0; i < a.rows(); i++) {
      for (int k = 0; k < a.columns(); k++) {
        for (int j = 0; j < b.columns(); j++) {
          out[i * b.columns() + j] += a.get(i, k) * b.get(k, j);
        }
      }
    }
    return Matrix.wrap(a.rows(), b.columns(), out);
  }

  public static Matrix minus(Matrix a, Matrix b) {
    return matrix(a.rows(), a.columns(), k -> a.values()[k] - b.values()[k]);
  }

  /** The largest |a[k] − b[k]|, NaN if there is one. */
  public static double largestDifference(double[] a, double[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(a.length + " values compared with " + b.length);
    }
    double largest = 0;
    for (int k = 0; k < a.length; k++) {
      largest = Math.max(largest, Math.abs(a[k] - b[k]));
    }
    return largest;
  }

  /** The Frobenius norm, by definition. */
  public static double norm(Matrix a) {
    return Math.sqrt(Arrays.stream(a.values()).map(value -> value * value).sum());
  }
}
