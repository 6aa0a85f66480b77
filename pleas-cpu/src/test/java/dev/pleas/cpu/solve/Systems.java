package dev.pleas.cpu.solve;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.solve.NormalEquations;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;

/** Systems to solve, and plain definitions to judge solutions by. */
final class Systems {
  private Systems() {}

  static Matrix matrix(int rows, int columns, IntToDoubleFunction valueAt) {
    double[] values = new double[rows * columns];
    Arrays.setAll(values, valueAt);
    return Matrix.wrap(rows, columns, values);
  }

  static Matrix zeros(int rows, int columns) {
    return Matrix.wrap(rows, columns, new double[rows * columns]);
  }

  static Matrix gaussian(int rows, int columns, Random random) {
    return matrix(rows, columns, k -> random.nextGaussian());
  }

  static Matrix diagonal(double... values) {
    int n = values.length;
    return matrix(n, n, k -> k / n == k % n ? values[k / n] : 0);
  }

  static double[] ridge(int p, double value) {
    double[] ridge = new double[p];
    Arrays.fill(ridge, value);
    return ridge;
  }

  /** XᵀX of n random samples of p features. */
  static Matrix gram(int n, int p, Random random) {
    Matrix x = gaussian(n, p, random);
    return symmetric(multiply(transpose(x), x));
  }

  /** Random systems of full rank. */
  static NormalEquations regular(int p, int q, Random random) {
    double[] ridge = random.doubles(p, 0, 0.5).toArray();
    return new NormalEquations(
        gram(2 * p + 5, p, random), gaussian(p, q, random), gaussian(p, q, random), ridge);
  }

  /** Q·diag(eigenvalues)·Qᵀ with Q a product of two random reflections. */
  static Matrix withSpectrum(double[] eigenvalues, Random random) {
    int n = eigenvalues.length;
    Matrix q = multiply(reflection(n, random), reflection(n, random));
    return symmetric(multiply(multiply(q, diagonal(eigenvalues)), transpose(q)));
  }

  private static Matrix reflection(int n, Random random) {
    double[] u = random.doubles(n, -1, 1).toArray();
    double norm2 = Arrays.stream(u).map(value -> value * value).sum();
    return matrix(n, n, k -> (k / n == k % n ? 1 : 0) - 2 * u[k / n] * u[k % n] / norm2);
  }

  /** The lower triangle for both. */
  private static Matrix symmetric(Matrix a) {
    int n = a.rows();
    return matrix(n, n, k -> a.get(Math.max(k / n, k % n), Math.min(k / n, k % n)));
  }

  static Matrix transpose(Matrix a) {
    int rows = a.columns();
    int columns = a.rows();
    return matrix(rows, columns, k -> a.get(k % columns, k / columns));
  }

  static Matrix multiply(Matrix a, Matrix b) {
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

  static Matrix minus(Matrix a, Matrix b) {
    return matrix(a.rows(), a.columns(), k -> a.values()[k] - b.values()[k]);
  }

  /** The largest |a[k] − b[k]|, NaN if there is one. */
  static double largestDifference(double[] a, double[] b) {
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
  static double norm(Matrix a) {
    return Math.sqrt(Arrays.stream(a.values()).map(value -> value * value).sum());
  }

  /** G + R. */
  static Matrix left(NormalEquations e) {
    int p = e.unknowns();
    return matrix(p, p, k -> e.gram().values()[k] + (k / p == k % p ? e.ridge()[k / p] : 0));
  }

  /** C + R·prior. */
  static Matrix right(NormalEquations e) {
    int q = e.rightHandSides();
    return matrix(
        e.unknowns(),
        q,
        k -> e.rightHandSide().values()[k] + e.ridge()[k / q] * e.prior().values()[k]);
  }

  /** The residual as {@link dev.pleas.api.solve.Solution.Solved} defines it. */
  static double residual(NormalEquations e, Matrix x) {
    Matrix right = right(e);
    Matrix left = left(e);
    return norm(minus(multiply(left, x), right)) / (norm(left) * norm(x) + norm(right));
  }

  /** tr(XᵀGX) − 2·tr(XᵀC) + Σᵢ ridge[i]·‖X[i, ·] − prior[i, ·]‖². */
  static double objective(NormalEquations e, Matrix x) {
    double[] gx = multiply(e.gram(), x).values();
    double[] c = e.rightHandSide().values();
    double sum = 0;
    for (int k = 0; k < gx.length; k++) {
      double apart = x.values()[k] - e.prior().values()[k];
      sum += x.values()[k] * (gx[k] - 2 * c[k]) + e.ridge()[k / e.rightHandSides()] * apart * apart;
    }
    return sum;
  }
}
