package dev.pleas.backend.cholesky;

import dev.pleas.api.error.SingularSystemException;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.solve.NormalEquations;

/**
 * The normwise backward error of a solution: ‖(G + R)·X − (C + R·prior)‖_F / (‖G + R‖_F·‖X‖_F + ‖C
 * + R·prior‖_F). Computed from the equations as they were given, panel by panel, and without
 * overflow wherever the quotient is defined.
 */
public final class Residual {
  private static final int PANEL_ROWS = 256;

  private Residual() {}

  /**
   * Returns the residual of X.
   *
   * @param solution X, of as many rows and columns as the equations have unknowns and right-hand
   *     sides, at least one unknown
   * @param product with the same X; not closed
   * @throws SingularSystemException if X has overflowed, naming the entry
   */
  public static double of(NormalEquations equations, Matrix solution, PanelProduct product) {
    int overflow = solution.firstNonFinite();
    if (overflow >= 0) {
      int columns = solution.columns();
      throw new SingularSystemException(
          "X["
              + overflow / columns
              + ", "
              + overflow % columns
              + "] exceeds float64: the right-hand side is too large for this Gram matrix; bring"
              + " inputs and targets of the layer to comparable units");
    }
    int p = equations.unknowns();
    int q = equations.rightHandSides();
    double[] g = equations.gram().values();
    double[] c = equations.rightHandSide().values();
    double[] prior = equations.prior().values();
    double[] x = solution.values();
    FrobeniusNorm difference = new FrobeniusNorm();
    FrobeniusNorm right = new FrobeniusNorm();
    double[] panel = new double[Math.min(PANEL_ROWS, p) * q];
    for (int first = 0; first < p; first += PANEL_ROWS) {
      int rows = Math.min(PANEL_ROWS, p - first);
      product.multiply(g, first, rows, panel);
      for (int i = 0; i < rows; i++) {
        double ridge = equations.ridge()[first + i];
        for (int j = 0; j < q; j++) {
          int k = (first + i) * q + j;
          difference.add(c[k] - panel[i * q + j] + ridge * (prior[k] - x[k]));
          right.add(c[k] + ridge * prior[k]);
        }
      }
    }
    return relative(
        difference.value(),
        matrixNorm(equations).value(),
        FrobeniusNorm.of(x).value(),
        right.value());
  }

  private static FrobeniusNorm matrixNorm(NormalEquations equations) {
    int p = equations.unknowns();
    double[] g = equations.gram().values();
    FrobeniusNorm norm = new FrobeniusNorm();
    for (int i = 0; i < p; i++) {
      for (int j = 0; j < p; j++) {
        norm.add(i == j ? g[i * p + j] + equations.ridge()[i] : g[i * p + j]);
      }
    }
    return norm;
  }

  /** Returns difference / (matrix·x + right), with the denominator brought near 1 first. */
  private static double relative(double difference, double matrix, double x, double right) {
    int matrixExponent = Math.getExponent(matrix);
    int exponent = Math.max(matrixExponent + Math.getExponent(x), Math.getExponent(right));
    double denominator =
        Math.scalb(matrix, -matrixExponent) * Math.scalb(x, matrixExponent - exponent)
            + Math.scalb(right, -exponent);
    return denominator == 0 ? 0 : Math.scalb(difference, -exponent) / denominator;
  }
}
