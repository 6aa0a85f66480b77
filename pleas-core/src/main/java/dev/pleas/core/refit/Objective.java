package dev.pleas.core.refit;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.core.moments.LayerMoments;
import java.util.stream.IntStream;

/** The squared error of a layer's weights on the data, by moments alone. */
final class Objective {
  private Objective() {}

  /**
   * Returns Σ ‖y − W·x − b‖² / Σ ‖y − mean y‖²: 0 for a perfect fit, 1 for predicting the mean.
   * Targets that never vary give 0.
   *
   * @param x Wᵀ, p×q
   * @param bias b, q values
   */
  static double relativeError(LayerMoments m, Matrix x, double[] bias) {
    return relative(error(m, x, bias), scatter(m));
  }

  /** Returns a squared error relative to the scatter of the targets; 0 if they never vary. */
  static double relative(double error, double scatter) {
    return scatter == 0 ? 0 : Math.max(0, error) / scatter;
  }

  /** Returns Σ ‖y − mean y‖². */
  static double scatter(LayerMoments m) {
    double scatter = 0;
    for (int j = 0; j < m.targets().sums().length; j++) {
      scatter += m.targets().scatter(j);
    }
    return scatter;
  }

  /** Returns Σ ‖y − W·x − b‖². */
  static double error(LayerMoments m, Matrix x, double[] bias) {
    double[] byRow = new double[x.rows()];
    IntStream.range(0, x.rows()).parallel().forEach(i -> byRow[i] = rowShare(m, x, bias, i));
    double total = 0;
    for (double share : byRow) {
      total += share;
    }
    for (int j = 0; j < bias.length; j++) {
      double b = bias[j];
      total += m.targets().squares()[j] - 2 * b * m.targets().sums()[j] + m.rows() * b * b;
    }
    return total;
  }

  /** The share of row i of X in Σ X∘(G·X − 2·C + 2·sum x·bᵀ). */
  private static double rowShare(LayerMoments m, Matrix x, double[] bias, int i) {
    int q = x.columns();
    double[] gx = new double[q];
    for (int k = 0; k < x.rows(); k++) {
      double g = m.gram().get(i, k);
      for (int j = 0; j < q; j++) {
        gx[j] += g * x.get(k, j);
      }
    }
    double share = 0;
    for (int j = 0; j < q; j++) {
      double linear = bias[j] * m.inputs().sums()[i] - m.cross().get(i, j);
      share += x.get(i, j) * (gx[j] + 2 * linear);
    }
    return share;
  }
}
