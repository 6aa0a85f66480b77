package dev.pleas.tck;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.solve.NormalEquations;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Normal equations to solve, and plain definitions to judge solutions by. */
final class Systems {
  private Systems() {}

  /**
   * Returns a matrix.
   *
   * @param valueAt the element by its row-major index
   */
  static Matrix matrix(int rows, int columns, IntToDoubleFunction valueAt) {
    double[] values = new double[rows * columns];
    Arrays.setAll(values, valueAt);
    return Matrix.wrap(rows, columns, values);
  }

  static Matrix zeros(int rows, int columns) {
    return Matrix.wrap(rows, columns, new double[rows * columns]);
  }

  static Matrix column(double... values) {
    return Matrix.wrap(values.length, 1, values);
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

  /** Without ridge. */
  static NormalEquations plain(Matrix gram, Matrix rightHandSide) {
    int p = gram.rows();
    return new NormalEquations(
        gram, rightHandSide, zeros(p, rightHandSide.columns()), new double[p]);
  }

  /** XᵀX of n samples of p features, whole numbers from −3 to 3: without any rounding. */
  static Matrix wholeGram(int n, int p, Random random) {
    Matrix x = matrix(n, p, k -> random.nextInt(7) - 3);
    return multiply(transpose(x), x);
  }

  /**
   * Returns Q·diag(λ)·Qᵀ, with λ falling evenly on a logarithmic scale from 1 to 1/condition, and Q
   * a product of two random reflections. Exactly symmetric.
   */
  static Matrix ofCondition(int p, double condition, Random random) {
    double[] eigenvalues =
        IntStream.range(0, p)
            .mapToDouble(i -> p == 1 ? 1 : Math.pow(condition, -i / (p - 1.0)))
            .toArray();
    double[] values = diagonal(eigenvalues).values();
    reflect(values, random.doubles(p, -1, 1).toArray());
    reflect(values, random.doubles(p, -1, 1).toArray());
    return Matrix.wrap(p, p, values);
  }

  /** Replaces symmetric A by H·A·H with H = I − 2·u·uᵀ/‖u‖², from the lower triangle. */
  private static void reflect(double[] a, double[] u) {
    int p = u.length;
    double norm2 = Arrays.stream(u).map(value -> value * value).sum();
    double[] w = multiply(Matrix.wrap(p, p, a), column(u)).values();
    double along = 0;
    for (int i = 0; i < p; i++) {
      along += u[i] * w[i];
    }
    for (int i = 0; i < p; i++) {
      w[i] = 2 * (w[i] - along / norm2 * u[i]) / norm2;
    }
    for (int i = 0; i < p; i++) {
      for (int j = 0; j <= i; j++) {
        a[i * p + j] -= u[i] * w[j] + w[i] * u[j];
        a[j * p + i] = a[i * p + j];
      }
    }
  }

  /** The largest condition number that {@link #regular} systems have. */
  static final double REGULAR = 15;

  /** Eigenvalues of G from 0.1 to 1, ridge from 0 to 0.5, a prior: nothing is special. */
  static NormalEquations regular(int p, int q, Random random) {
    return new NormalEquations(
        ofCondition(p, 10, random),
        gaussian(p, q, random),
        gaussian(p, q, random),
        random.doubles(p, 0, 0.5).toArray());
  }

  /** Returns the equations with G times a factor and C times another. */
  static NormalEquations scaled(Matrix gram, double byGram, Matrix right, double byRight) {
    return plain(
        matrix(gram.rows(), gram.rows(), k -> gram.values()[k] * byGram),
        matrix(right.rows(), right.columns(), k -> right.values()[k] * byRight));
  }

  static Matrix stack(Matrix top, Matrix bottom) {
    int at = top.values().length;
    return matrix(
        top.rows() + bottom.rows(),
        top.columns(),
        k -> k < at ? top.values()[k] : bottom.values()[k - at]);
  }

  static Matrix transpose(Matrix a) {
    int rows = a.columns();
    int columns = a.rows();
    return matrix(rows, columns, k -> a.get(k % columns, k / columns));
  }

  static Matrix multiply(Matrix a, Matrix b) {
    int columns = b.columns();
    double[] out = new double[a.rows() * columns];
    for (int i = 0; i < a.rows(); i++) {
      for (int k = 0; k < a.columns(); k++) {
        double factor = a.get(i, k);
        for (int j = 0; j < columns; j++) {
          out[i * columns + j] += factor * b.values()[k * columns + j];
        }
      }
    }
    return Matrix.wrap(a.rows(), columns, out);
  }

  static Matrix minus(Matrix a, Matrix b) {
    return matrix(a.rows(), a.columns(), k -> a.values()[k] - b.values()[k]);
  }

  /** Returns the Frobenius norm. */
  static double norm(Matrix a) {
    return Math.sqrt(Arrays.stream(a.values()).map(value -> value * value).sum());
  }

  /** Returns G + R. */
  static Matrix left(NormalEquations e) {
    int p = e.unknowns();
    return matrix(p, p, k -> e.gram().values()[k] + (k / p == k % p ? e.ridge()[k / p] : 0));
  }

  /** Returns C + R·prior. */
  static Matrix right(NormalEquations e) {
    int q = e.rightHandSides();
    return matrix(
        e.unknowns(),
        q,
        k -> e.rightHandSide().values()[k] + e.ridge()[k / q] * e.prior().values()[k]);
  }

  /** Returns the residual as {@link dev.pleas.api.solve.Solution.Solved} defines it. */
  static double residual(NormalEquations e, Matrix x) {
    Matrix right = right(e);
    Matrix left = left(e);
    double scale = norm(left) * norm(x) + norm(right);
    return scale == 0 ? 0 : norm(minus(multiply(left, x), right)) / scale;
  }

  /** Returns the same without rounding or underflow; for small systems, X or C other than 0. */
  static double exactResidual(NormalEquations e, Matrix x) {
    int p = e.unknowns();
    BigDecimal difference = BigDecimal.ZERO;
    BigDecimal right = BigDecimal.ZERO;
    for (int k = 0; k < x.values().length; k++) {
      int i = k / x.columns();
      int j = k % x.columns();
      BigDecimal ridge = new BigDecimal(e.ridge()[i]);
      BigDecimal b =
          new BigDecimal(e.rightHandSide().get(i, j))
              .add(ridge.multiply(new BigDecimal(e.prior().get(i, j))));
      BigDecimal apart = ridge.multiply(new BigDecimal(x.get(i, j))).subtract(b);
      for (int m = 0; m < p; m++) {
        apart = apart.add(new BigDecimal(e.gram().get(i, m)).multiply(new BigDecimal(x.get(m, j))));
      }
      difference = difference.add(apart.pow(2));
      right = right.add(b.pow(2));
    }
    BigDecimal scale =
        exactNorm(left(e)).multiply(exactNorm(x)).add(right.sqrt(MathContext.DECIMAL64));
    return difference
        .sqrt(MathContext.DECIMAL64)
        .divide(scale, MathContext.DECIMAL64)
        .doubleValue();
  }

  private static BigDecimal exactNorm(Matrix a) {
    BigDecimal sum = BigDecimal.ZERO;
    for (double value : a.values()) {
      sum = sum.add(new BigDecimal(value).pow(2));
    }
    return sum.sqrt(MathContext.DECIMAL64);
  }

  /** Returns tr(XᵀGX) − 2·tr(XᵀC) + Σᵢ ridge[i]·‖X[i, ·] − prior[i, ·]‖². */
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
