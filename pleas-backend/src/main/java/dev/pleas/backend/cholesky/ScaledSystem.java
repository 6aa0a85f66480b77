package dev.pleas.backend.cholesky;

import dev.pleas.api.solve.NormalEquations;

/**
 * Normal equations with rows and columns scaled to a diagonal near 1: S = D·(G + R)·D and D·(C +
 * R·prior), so that X = D·Y with S·Y = D·(C + R·prior). D is diagonal and holds powers of two:
 * scaling rounds nothing, and no entry of S over- or underflows whatever the units of the features
 * are.
 */
final class ScaledSystem {
  private final NormalEquations equations;
  private final double[] d;

  /** The least entry of d: the scale in which G + R itself has no entry far above 1. */
  private final double unit;

  private double norm1;
  private double unscaledNorm1;

  ScaledSystem(NormalEquations equations) {
    this.equations = equations;
    int p = equations.unknowns();
    d = new double[p];
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < p; i++) {
      double diagonal = Math.max(equations.gram().get(i, i), equations.ridge()[i]);
      d[i] = diagonal > 0 ? Math.scalb(1.0, -Math.floorDiv(Math.getExponent(diagonal), 2)) : 1;
      least = Math.min(least, d[i]);
    }
    unit = least;
  }

  /** Hands S over, every row once and in order, and measures it on the way. */
  void writeTo(CholeskyFactor factor) {
    double[] g = equations.gram().values();
    int p = d.length;
    double[] row = new double[p];
    for (int i = 0; i < p; i++) {
      double sum = 0;
      double unscaledSum = 0;
      for (int j = 0; j < p; j++) {
        double value = g[i * p + j] * d[i] * d[j];
        if (j == i) {
          value += equations.ridge()[i] * d[i] * d[i];
        }
        row[j] = value;
        sum += Math.abs(value);
        unscaledSum += Math.abs(value) * (unit / d[i]) * (unit / d[j]);
      }
      factor.setRow(i, row);
      norm1 = Math.max(norm1, sum);
      unscaledNorm1 = Math.max(unscaledNorm1, unscaledSum);
    }
  }

  /** Returns D·(C + R·prior), p×q, row-major. */
  double[] rightHandSide() {
    double[] c = equations.rightHandSide().values();
    double[] prior = equations.prior().values();
    int q = equations.rightHandSides();
    double[] b = new double[c.length];
    for (int i = 0; i < d.length; i++) {
      double weight = equations.ridge()[i] * d[i];
      for (int k = i * q; k < (i + 1) * q; k++) {
        b[k] = c[k] * d[i] + weight * prior[k];
      }
    }
    return b;
  }

  /**
   * Turns Y into X = D·Y.
   *
   * @param y p×q, row-major. Modified.
   */
  void unscale(double[] y) {
    int q = equations.rightHandSides();
    for (int i = 0; i < d.length; i++) {
      for (int k = i * q; k < (i + 1) * q; k++) {
        y[k] *= d[i];
      }
    }
  }

  /** Estimates ‖S‖₁·‖S⁻¹‖₁ from a factor of S. */
  double scaledCondition(CholeskyFactor factor) {
    return condition(norm1, InverseNorm.estimate(d.length, x -> factor.solve(x, 1)));
  }

  /** Estimates ‖G + R‖₁·‖(G + R)⁻¹‖₁ from a factor of S, by (G + R)⁻¹ = D·S⁻¹·D. */
  double condition(CholeskyFactor factor) {
    return condition(
        unscaledNorm1,
        InverseNorm.estimate(
            d.length,
            x -> {
              rescale(x);
              factor.solve(x, 1);
              rescale(x);
            }));
  }

  private void rescale(double[] x) {
    for (int i = 0; i < x.length; i++) {
      x[i] *= d[i] / unit;
    }
  }

  /** Overflow, and what follows from it, is a condition beyond float64. */
  private static double condition(double norm, double inverseNorm) {
    double condition = norm * inverseNorm;
    return Double.isNaN(condition) ? Double.POSITIVE_INFINITY : Math.max(1, condition);
  }
}
