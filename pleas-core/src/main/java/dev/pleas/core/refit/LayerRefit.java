package dev.pleas.core.refit;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.solve.Solution;
import dev.pleas.core.moments.LayerMoments;
import java.util.Arrays;
import java.util.List;

/**
 * Sets the weights of one layer by least squares: min ‖X̃Wᵀ + b − Ỹ‖² + λ·d·‖W − W₀‖² with d the
 * mean of diag X̃ᵀX̃ (PLeaS, section 3.2; the ridge towards the initial weights is ours). An
 * intercept is fitted, unpenalised, by centring the moments, which is the same as a column of ones.
 */
final class LayerRefit {
  /** Backends add up products in float32 within a batch. */
  private static final double ROUNDING = 1e-7;

  private final SystemSolver solver;

  /**
   * A refitted layer.
   *
   * @param x Wᵀ, p×q
   * @param bias q values
   * @param conditionEstimate of the worst system
   * @param unknowns of the largest system
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Fit(Matrix x, double[] bias, double conditionEstimate, int unknowns) {}

  LayerRefit(SystemSolver solver) {
    this.solver = solver;
  }

  /**
   * Solves all systems of the layer.
   *
   * @param initial W₀ᵀ, p×q; entries outside the systems stay as they are
   * @param intercept whether to fit one; if not, the bias is 0
   * @param ridge λ·d
   */
  Fit solve(
      LayerMoments moments,
      Matrix initial,
      List<LayerSystem> systems,
      boolean intercept,
      double ridge) {
    int q = initial.columns();
    LayerMoments m = intercept ? centred(moments) : moments;
    double[] x = initial.values().clone();
    double worst = 1;
    int unknowns = 0;
    for (LayerSystem system : systems) {
      int[] columns = system.columns();
      double[] ridges = new double[columns.length];
      Arrays.fill(ridges, ridge);
      Solution.Solved solved =
          solver.solve(
              new NormalEquations(
                  m.gram().select(columns, columns),
                  m.cross().select(columns, system.rows()),
                  initial.select(columns, system.rows()),
                  ridges));
      for (int i = 0; i < columns.length; i++) {
        for (int j = 0; j < system.rows().length; j++) {
          x[columns[i] * q + system.rows()[j]] = solved.x().get(i, j);
        }
      }
      worst = Math.max(worst, solved.conditionEstimate());
      unknowns = Math.max(unknowns, columns.length);
    }
    Matrix fitted = Matrix.wrap(initial.rows(), q, x);
    double[] bias = intercept ? intercept(moments, fitted) : new double[q];
    return new Fit(fitted, bias, worst, unknowns);
  }

  /** Moments about the means, which drop the intercept out of the problem. */
  private static LayerMoments centred(LayerMoments m) {
    double[] mean = means(m.inputs().sums(), m.rows());
    return new LayerMoments(
        minusOuter(m.gram(), m.inputs().sums(), mean),
        minusOuter(m.cross(), mean, m.targets().sums()),
        m.inputs(),
        m.targets());
  }

  /** matrix − u·vᵀ. */
  private static Matrix minusOuter(Matrix matrix, double[] u, double[] v) {
    double[] out = matrix.values().clone();
    for (int i = 0, k = 0; i < u.length; i++) {
      for (int j = 0; j < v.length; j++) {
        out[k++] -= u[i] * v[j];
      }
    }
    return Matrix.wrap(matrix.rows(), matrix.columns(), out);
  }

  private static double[] means(double[] sums, long count) {
    return Arrays.stream(sums).map(sum -> sum / count).toArray();
  }

  /** b = mean y − W·mean x. */
  static double[] intercept(LayerMoments m, Matrix x) {
    double[] bias = means(m.targets().sums(), m.rows());
    double[] mean = means(m.inputs().sums(), m.rows());
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < bias.length; j++) {
        bias[j] -= mean[i] * x.values()[i * bias.length + j];
      }
    }
    return bias;
  }

  /**
   * Returns the sum of diag X̃ᵀX̃, about the means where there is an intercept; of inputs that
   * hardly vary at least what is rounding in that.
   */
  static double trace(LayerMoments m, boolean intercept) {
    double[] sums = m.inputs().sums();
    double squares = 0;
    double trace = 0;
    for (int i = 0; i < m.gram().rows(); i++) {
      double square = m.gram().get(i, i);
      squares += square;
      trace += intercept ? square - sums[i] * (sums[i] / m.rows()) : square;
    }
    return Math.max(trace, ROUNDING * squares);
  }
}
