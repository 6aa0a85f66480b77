package dev.pleas.tck.reference;

import dev.pleas.api.error.SingularSystemException;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.solve.Solution;
import java.util.Arrays;

/**
 * Normal equations by the eigenvalues of G + R, of which those up to p·2⁻⁵² times the largest count
 * as 0: there X keeps the prior. So it solves singular systems too, and knows rank and condition.
 * Safe for use by several threads.
 */
public final class ReferenceSolver implements LeastSquaresSolver {
  /** Makes a solver. */
  public ReferenceSolver() {}

  @Override
  public boolean solvesSingular() {
    return true;
  }

  @Override
  public Solution solve(NormalEquations equations) {
    int p = equations.unknowns();
    int q = equations.rightHandSides();
    if (p == 0) {
      return new Solution.Solved(Matrix.wrap(0, q, new double[0]), 0, 1, 0);
    }
    // Powers of two round nothing, and keep squares from over- and underflowing.
    int unit = -Math.max(exponent(equations.gram().values()), exponent(equations.ridge()));
    JacobiEigenvalues eigen = new JacobiEigenvalues(left(equations, unit), p);
    double[] value = eigen.values();
    double largest = Arrays.stream(value).max().orElse(0);
    double least = Arrays.stream(value).min().orElse(0);
    double zero = p * Math.ulp(largest);
    double[] x = new double[p * q];
    int rank = 0;
    for (int k = 0; k < p; k++) {
      boolean regular = value[k] > zero;
      rank += regular ? 1 : 0;
      for (int j = 0; j < q; j++) {
        double along = 0;
        for (int i = 0; i < p; i++) {
          double component = regular ? right(equations, unit, i, j) : equations.prior().get(i, j);
          along += eigen.vector(k, i) * component;
        }
        double coordinate = regular ? along / value[k] : along;
        for (int i = 0; i < p; i++) {
          x[i * q + j] += eigen.vector(k, i) * coordinate;
        }
      }
    }
    Matrix solution = Matrix.wrap(p, q, x);
    refuseOverflow(solution);
    double condition = rank < p ? Double.POSITIVE_INFINITY : Math.max(1, largest / least);
    return new Solution.Solved(solution, residual(equations, solution), condition, rank);
  }

  private static void refuseOverflow(Matrix x) {
    int at = x.firstNonFinite();
    if (at >= 0) {
      throw new SingularSystemException(
          "X["
              + at / x.columns()
              + ", "
              + at % x.columns()
              + "] exceeds float64: bring inputs and targets to comparable units");
    }
  }

  /** Returns (G + R)·2^unit. */
  private static double[] left(NormalEquations e, int unit) {
    int p = e.unknowns();
    double[] left = new double[p * p];
    Arrays.setAll(left, k -> Math.scalb(e.gram().values()[k], unit));
    for (int i = 0; i < p; i++) {
      left[i * p + i] += Math.scalb(e.ridge()[i], unit);
    }
    return left;
  }

  /** Returns element (i, j) of (C + R·prior)·2^unit. */
  private static double right(NormalEquations e, int unit, int i, int j) {
    return Math.scalb(e.rightHandSide().get(i, j), unit)
        + Math.scalb(e.ridge()[i], unit) * e.prior().get(i, j);
  }

  /** Returns the residual by its definition, of equations and X in units near 1. */
  private static double residual(NormalEquations e, Matrix x) {
    int p = e.unknowns();
    int q = e.rightHandSides();
    int unit = -Math.max(exponent(e.gram().values()), exponent(e.ridge()));
    double[] left = left(e, unit);
    double[] c = e.rightHandSide().values();
    double[] pulled = new double[p * q];
    Arrays.setAll(pulled, k -> Math.scalb(e.ridge()[k / q], unit) * e.prior().values()[k]);
    int common = -Math.max(Math.max(exponent(x.values()), exponent(pulled)), exponent(c) + unit);
    double[] right = new double[p * q];
    Arrays.setAll(right, k -> Math.scalb(c[k], unit + common) + Math.scalb(pulled[k], common));
    double difference = 0;
    for (int k = 0; k < p * q; k++) {
      double sum = -right[k];
      for (int m = 0; m < p; m++) {
        sum += left[k / q * p + m] * Math.scalb(x.get(m, k % q), common);
      }
      difference += sum * sum;
    }
    double scale = norm(left, 0) * norm(x.values(), common) + norm(right, 0);
    return scale == 0 ? 0 : Math.sqrt(difference) / scale;
  }

  private static double norm(double[] values, int scale) {
    return Math.sqrt(
        Arrays.stream(values).map(value -> Math.pow(Math.scalb(value, scale), 2)).sum());
  }

  private static int exponent(double[] values) {
    return Math.getExponent(Arrays.stream(values).map(Math::abs).max().orElse(0));
  }
}
