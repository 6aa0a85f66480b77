package dev.pleas.core.refit;

import java.util.List;
import java.util.function.DoubleFunction;

/**
 * The pull towards the initial weights, relative to the mean of diag X̃ᵀX̃: a number, or chosen for
 * each layer on held-out rows.
 *
 * @param value at least 0; not a number to choose
 */
public record Ridge(double value) {
  /** Chooses for each layer the ridge of least error on rows that are held out. */
  public static final Ridge AUTO = new Ridge(Double.NaN);

  /** What is tried: from hardly any pull to one that leaves only the strongest directions free. */
  private static final List<Double> CANDIDATES = List.of(1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0);

  /** Every so many batches, one is held out. */
  static final int HELD_OUT_EVERY = 5;

  /** Refuses a negative number. */
  public Ridge {
    if (value < 0) {
      throw new IllegalArgumentException("ridge " + value + ": expected at least 0");
    }
  }

  /** Returns whether it is chosen on held-out rows. */
  public boolean isAuto() {
    return Double.isNaN(value);
  }

  /** Returns how many batches there must be. */
  public int leastBatches() {
    return isAuto() ? HELD_OUT_EVERY : 1;
  }

  /**
   * Returns the ridge for a layer.
   *
   * @param moments of its parts
   * @param fit solves them on the rows that are not held out, at a ridge
   */
  double choose(List<SplitMoments> moments, DoubleFunction<List<LayerRefit.Fit>> fit) {
    if (!isAuto()) {
      return value;
    }
    double best = CANDIDATES.get(0);
    double least = Double.POSITIVE_INFINITY;
    for (double candidate : CANDIDATES) {
      List<LayerRefit.Fit> solved = fit.apply(candidate);
      double error = 0;
      for (int i = 0; i < solved.size(); i++) {
        LayerRefit.Fit part = solved.get(i);
        error += Objective.error(moments.get(i).heldOut(), part.x(), part.bias());
      }
      if (error < least) {
        least = error;
        best = candidate;
      }
    }
    return best;
  }
}
