package com.example.pleas;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.solve.NormalEquations;
import java.util.Arrays;

/**
 * Normal equations in units in which the largest elements are near 1, so that nothing over- or
 * underflows: A = (G + R)·2⁻ᵃ, B = (C + R·prior)·2⁻ᵇ. Powers of two round nothing.
 */
final class Scaled {
  private final NormalEquations equations;
  private final int ridgeExponent;
  private final int a;
  private final int b;

  Scaled(NormalEquations equations) {
    this.equations = equations;
    ridgeExponent = exponent(equations.ridge());
    a = Math.max(exponent(equations.gram().values()), ridgeExponent);
    b =
        Math.max(
            exponent(equations.rightHandSide().values()),
            ridgeExponent + exponent(equations.prior().values()));
  }

  private static int exponent(double[] values) {
    return Math.getExponent(Arrays.stream(values).map(Math::abs).max().orElse(0));
  }

  /** Returns A, anew. */
  double[][] matrix() {
    double[][] matrix = rows(equations.gram(), -a);
    for (int i = 0; i < matrix.length; i++) {
      matrix[i][i] += Math.scalb(equations.ridge()[i], -a);
    }
    return matrix;
  }

  /** Returns B, anew. */
  double[][] rightHandSide() {
    double[][] right = rows(equations.rightHandSide(), -b);
    double[][] prior = rows(equations.prior(), ridgeExponent - b);
    for (int i = 0; i < right.length; i++) {
      double ridge = Math.scalb(equations.ridge()[i], -ridgeExponent);
      for (int j = 0; j < right[i].length; j++) {
        right[i][j] += ridge * prior[i][j];
      }
    }
    return right;
  }

  /** Returns X of the equations from Y with A·Y = B. */
  Matrix unscaled(double[][] y) {
    int q = equations.rightHandSides();
    double[] x = new double[y.length * q];
    Arrays.setAll(x, k -> Math.scalb(y[k / q][k % q], b - a));
    return Matrix.wrap(y.length, q, x);
  }

  /** Returns ‖A·Y − B‖ / (‖A‖·‖Y‖ + ‖B‖) of X as it is, in Frobenius norms; units cancel. */
  double residual(Matrix x) {
    double[][] matrix = matrix();
    double[][] right = rightHandSide();
    double[][] y = rows(x, a - b);
    double scale = norm(matrix) * norm(y) + norm(right);
    for (int i = 0; i < right.length; i++) {
      for (int k = 0; k < y.length; k++) {
        for (int j = 0; j < right[i].length; j++) {
          right[i][j] -= matrix[i][k] * y[k][j];
        }
      }
    }
    return scale == 0 ? 0 : norm(right) / scale;
  }

  private static double[][] rows(Matrix matrix, int exponent) {
    double[][] rows = new double[matrix.rows()][matrix.columns()];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        rows[i][j] = Math.scalb(matrix.get(i, j), exponent);
      }
    }
    return rows;
  }

  private static double norm(double[][] rows) {
    return Math.sqrt(Arrays.stream(rows).flatMapToDouble(Arrays::stream).map(v -> v * v).sum());
  }
}
