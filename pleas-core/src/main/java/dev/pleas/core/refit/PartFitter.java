package dev.pleas.core.refit;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.core.moments.LayerMoments;
import java.util.List;

/** The fit of one part of a layer, at any ridge. */
final class PartFitter {
  private final LayerRefit refit;
  private final SplitMoments moments;
  private final LayerMoments all;
  private final List<LayerSystem> systems;
  private final Matrix initial;
  private final double[] bias;
  private final boolean intercept;

  /**
   * @param initial Wᵀ before
   * @param bias b before
   * @param intercept whether to fit one
   * @param shifted whether what comes next takes any constant away: the error before is that with
   *     the best one
   */
  PartFitter(
      LayerRefit refit,
      SplitMoments moments,
      List<LayerSystem> systems,
      Matrix initial,
      double[] bias,
      boolean intercept,
      boolean shifted) {
    this.refit = refit;
    this.moments = moments;
    this.all = moments.all();
    this.systems = systems;
    this.initial = initial;
    this.bias = shifted ? LayerRefit.intercept(all, initial) : bias;
    this.intercept = intercept;
  }

  /** Fits on the rows that are not held out, with an absolute ridge. */
  LayerRefit.Fit fitted(double ridge) {
    return refit.solve(moments.fitted(), initial, systems, intercept, ridge);
  }

  /** Fits on all rows, with an absolute ridge. */
  LayerRefit.Fit all(double ridge) {
    return refit.solve(all, initial, systems, intercept, ridge);
  }

  /** Returns the mean of diag X̃ᵀX̃ over parts, on the rows that are not held out or on all. */
  static double meanDiagonal(List<PartFitter> parts, boolean allRows) {
    double trace = 0;
    long columns = 0;
    for (PartFitter part : parts) {
      LayerMoments moments = allRows ? part.all : part.moments.fitted();
      trace += LayerRefit.trace(moments, part.intercept);
      columns += moments.gram().rows();
    }
    return columns == 0 ? 0 : trace / columns;
  }

  /** Returns the number of rows. */
  long rows() {
    return all.rows();
  }

  /** Returns Σ ‖y − mean y‖². */
  double scatter() {
    return Objective.scatter(all);
  }

  /** Returns the squared error before the fit. */
  double errorBefore() {
    return Objective.error(all, initial, bias);
  }

  /** Returns the squared error after a fit. */
  double error(LayerRefit.Fit fit) {
    return Objective.error(all, fit.x(), fit.bias());
  }
}
