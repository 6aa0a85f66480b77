package dev.pleas.core.gain;

import dev.pleas.api.tensor.HostTensor;
import java.util.ArrayList;
import java.util.List;

/**
 * How far outputs are from what they should be, relative to their variance over the data. With one
 * label space it is the mean of the sources' outputs that counts, in which errors can cancel;
 * otherwise each source's own.
 */
final class OutputErrors {
  private final boolean mean;
  private final List<Sums> sums = new ArrayList<>();
  private long samples;

  /** Sums over samples, for each value of an output. */
  private static final class Sums {
    private double errors;
    private double squares;
    private final double[] totals;

    Sums(int values) {
      totals = new double[values];
    }
  }

  OutputErrors(boolean mean) {
    this.mean = mean;
  }

  /**
   * Adds a batch of one output.
   *
   * @param right of each source
   * @param wrong of each source
   */
  void add(int output, List<HostTensor> right, List<HostTensor> wrong) {
    int kinds = mean ? 1 : right.size();
    for (int kind = 0; kind < kinds; kind++) {
      List<HostTensor> r = mean ? right : right.subList(kind, kind + 1);
      List<HostTensor> w = mean ? wrong : wrong.subList(kind, kind + 1);
      add(output * kinds + kind, r, w, r.get(0).shape().dim(1));
    }
  }

  private void add(int index, List<HostTensor> right, List<HostTensor> wrong, int values) {
    if (index == sums.size()) {
      sums.add(new Sums(values));
    }
    Sums sum = sums.get(index);
    for (int i = 0; i < right.get(0).values().length; i++) {
      double target = 0;
      double error = 0;
      for (int s = 0; s < right.size(); s++) {
        target += right.get(s).values()[i] / right.size();
        error += (wrong.get(s).values()[i] - right.get(s).values()[i]) / right.size();
      }
      sum.errors += error * error;
      sum.squares += target * target;
      sum.totals[i % values] += target;
    }
    samples += index == 0 ? right.get(0).shape().dim(0) : 0;
  }

  /** Returns the mean over outputs of Σ error² / Σ (target − mean)². */
  double relative() {
    double total = 0;
    for (Sums sum : sums) {
      double scatter = sum.squares;
      for (double value : sum.totals) {
        scatter -= value * value / samples;
      }
      total += scatter <= 0 ? 0 : sum.errors / scatter / sums.size();
    }
    return total;
  }
}
