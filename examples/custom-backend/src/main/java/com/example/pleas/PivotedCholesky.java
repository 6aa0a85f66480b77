package com.example.pleas;

import dev.pleas.api.error.SingularSystemException;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.solve.Solution;

/**
 * A·X = B with A = G + R and B = C + R·prior, by A = L·Lᵀ with rows and columns taken in the order
 * of the largest pivot left. When that is no larger than rounding, A is singular, and the number of
 * pivots so far is its rank.
 */
final class PivotedCholesky implements LeastSquaresSolver {
  @Override
  public Solution solve(NormalEquations equations) {
    int p = equations.unknowns();
    int q = equations.rightHandSides();
    if (p == 0) {
      return new Solution.Solved(Matrix.wrap(0, q, new double[0]), 0, 1, 0);
    }
    Scaled scaled = new Scaled(equations);
    int[] order = new int[p];
    double[][] l = scaled.matrix();
    int rank = factor(l, order);
    if (rank < p) {
      return new Solution.RankDeficient(rank, p);
    }
    double[][] y = scaled.rightHandSide();
    substitute(l, order, y);
    Matrix x = scaled.unscaled(y);
    int overflow = x.firstNonFinite();
    if (overflow >= 0) {
      throw new SingularSystemException(
          "X[%d, %d] exceeds float64: bring inputs and targets to comparable units"
              .formatted(overflow / q, overflow % q));
    }
    return new Solution.Solved(x, scaled.residual(x), condition(scaled.matrix(), l, order), p);
  }

  /**
   * Factors the matrix in its place.
   *
   * @param a symmetric; its lower triangle becomes L, in the order of the pivots
   * @param order gets which row of A each row of L is
   * @return how many pivots are above rounding
   */
  private static int factor(double[][] a, int[] order) {
    int p = a.length;
    double rounding = 0;
    for (int i = 0; i < p; i++) {
      order[i] = i;
      rounding = Math.max(rounding, p * Math.ulp(a[i][i]));
    }
    for (int k = 0; k < p; k++) {
      int pivot = k;
      for (int i = k + 1; i < p; i++) {
        pivot = a[i][i] > a[pivot][pivot] ? i : pivot;
      }
      if (!(a[pivot][pivot] > rounding)) {
        return k;
      }
      swap(a, order, k, pivot);
      double diagonal = Math.sqrt(a[k][k]);
      a[k][k] = diagonal;
      double[] column = new double[p];
      for (int i = k + 1; i < p; i++) {
        a[i][k] /= diagonal;
        column[i] = a[i][k];
      }
      for (int i = k + 1; i < p; i++) {
        add(a[i], -column[i], column, k + 1, i + 1);
      }
    }
    return p;
  }

  /**
   * Exchanges two rows and the same columns of a symmetric matrix, of which the lower part is used.
   */
  private static void swap(double[][] a, int[] order, int k, int pivot) {
    if (k != pivot) {
      int row = order[k];
      order[k] = order[pivot];
      order[pivot] = row;
      for (int j = 0; j < a.length; j++) {
        // Element (i, j) of the lower part stands at [max][min].
        if (j != k && j != pivot) {
          double keep = a[Math.max(k, j)][Math.min(k, j)];
          a[Math.max(k, j)][Math.min(k, j)] = a[Math.max(pivot, j)][Math.min(pivot, j)];
          a[Math.max(pivot, j)][Math.min(pivot, j)] = keep;
        }
      }
      double keep = a[k][k];
      a[k][k] = a[pivot][pivot];
      a[pivot][pivot] = keep;
    }
  }

  /** Replaces B by A⁻¹·B. */
  private static void substitute(double[][] l, int[] order, double[][] b) {
    int p = l.length;
    double[][] y = new double[p][];
    for (int i = 0; i < p; i++) {
      y[i] = b[order[i]];
      for (int k = 0; k < i; k++) {
        add(y[i], -l[i][k], y[k], 0, y[i].length);
      }
      divide(y[i], l[i][i]);
    }
    for (int i = p - 1; i >= 0; i--) {
      for (int k = i + 1; k < p; k++) {
        add(y[i], -l[k][i], y[k], 0, y[i].length);
      }
      divide(y[i], l[i][i]);
    }
  }

  /** Returns ‖A‖₁·‖A⁻¹‖₁, by making the inverse. */
  private static double condition(double[][] a, double[][] l, int[] order) {
    double[][] inverse = new double[a.length][a.length];
    for (int i = 0; i < a.length; i++) {
      inverse[i][i] = 1;
    }
    substitute(l, order, inverse);
    return Math.max(1, norm1(a) * norm1(inverse));
  }

  /** Returns the largest sum of magnitudes of a row, which in symmetric matrices is a column. */
  private static double norm1(double[][] a) {
    double largest = 0;
    for (double[] row : a) {
      double sum = 0;
      for (double value : row) {
        sum += Math.abs(value);
      }
      largest = Math.max(largest, sum);
    }
    return largest;
  }

  /** y += factor·x, from one index to before another. */
  private static void add(double[] y, double factor, double[] x, int from, int to) {
    for (int j = from; j < to; j++) {
      y[j] += factor * x[j];
    }
  }

  private static void divide(double[] y, double divisor) {
    for (int j = 0; j < y.length; j++) {
      y[j] /= divisor;
    }
  }
}
