package dev.pleas.core.refit;

import dev.pleas.core.partial.BlockLayout;
import dev.pleas.tck.reference.Plain;
import java.util.List;

/**
 * The least-squares objective of a layer on its rows themselves, without moments: Σ ‖y − W·x − b‖²
 * + λ·d·‖W − W₀‖², d the mean square of the columns of X̃ (about their means where an intercept is
 * free).
 */
final class RawLayer {
  final double[][] x;
  final double[][] y;
  private final double penalty;

  /**
   * @param inputs [N, p, L] or [N, p]
   * @param targets [N, q, …]
   * @param ridge λ
   * @param intercept whether the intercept is free
   */
  RawLayer(Plain inputs, Plain targets, double ridge, boolean intercept) {
    x = rows(inputs);
    y = rows(targets);
    double[] mean = intercept ? mean(x) : new double[x[0].length];
    double sum = 0;
    for (double[] row : x) {
      for (int i = 0; i < row.length; i++) {
        sum += (row[i] - mean[i]) * (row[i] - mean[i]);
      }
    }
    penalty = ridge * sum / mean.length;
  }

  /** Features of all sources in the merged layout, unit by unit. */
  static Plain mix(BlockLayout layout, List<Plain> sources) {
    Plain a = sources.get(0);
    int positions = a.positions();
    int width = layout.width();
    double[] out = new double[a.dim(0) * width * positions];
    int k = 0;
    for (int n = 0; n < a.dim(0); n++) {
      for (int unit = 0; unit < width; unit++) {
        for (int l = 0; l < positions; l++) {
          List<Integer> members = layout.members(unit);
          for (int source : members) {
            out[k] += sources.get(source).get(n, layout.unit(source, unit), l) / members.size();
          }
          k++;
        }
      }
    }
    return new Plain(a.shape().with(1, width), out);
  }

  private static double[][] rows(Plain values) {
    double[][] rows = new double[values.dim(0) * values.positions()][values.dim(1)];
    for (int n = 0; n < values.dim(0); n++) {
      for (int c = 0; c < values.dim(1); c++) {
        for (int l = 0; l < values.positions(); l++) {
          rows[n * values.positions() + l][c] = values.get(n, c, l);
        }
      }
    }
    return rows;
  }

  static double[] mean(double[][] rows) {
    double[] mean = new double[rows[0].length];
    for (double[] row : rows) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += row[i] / rows.length;
      }
    }
    return mean;
  }

  /** Returns the data term. */
  double error(double[][] w, double[] bias) {
    double sum = 0;
    for (int r = 0; r < x.length; r++) {
      for (int j = 0; j < w.length; j++) {
        double difference = y[r][j] - bias[j];
        for (int i = 0; i < x[r].length; i++) {
          difference -= w[j][i] * x[r][i];
        }
        sum += difference * difference;
      }
    }
    return sum;
  }

  /** Returns the data term of one output without a bias. */
  double error(double[][] w, int output) {
    double sum = 0;
    for (int r = 0; r < x.length; r++) {
      double difference = y[r][output];
      for (int i = 0; i < x[r].length; i++) {
        difference -= w[output][i] * x[r][i];
      }
      sum += difference * difference;
    }
    return sum;
  }

  /** Returns Σ y² of one output. */
  double square(int output) {
    double sum = 0;
    for (double[] row : y) {
      sum += row[output] * row[output];
    }
    return sum;
  }

  /** Returns Σ (|y| + |W|·|x| + |b|)², the size of what cancels in the data term. */
  double magnitude(double[][] w, double[] bias) {
    double sum = 0;
    for (int r = 0; r < x.length; r++) {
      for (int j = 0; j < w.length; j++) {
        double all = Math.abs(y[r][j]) + Math.abs(bias[j]);
        for (int i = 0; i < x[r].length; i++) {
          all += Math.abs(w[j][i] * x[r][i]);
        }
        sum += all * all;
      }
    }
    return sum;
  }

  /** Returns the whole objective. */
  double objective(double[][] w, double[] bias, double[][] initial) {
    double sum = error(w, bias);
    for (int j = 0; j < w.length; j++) {
      for (int i = 0; i < w[j].length; i++) {
        sum += penalty * (w[j][i] - initial[j][i]) * (w[j][i] - initial[j][i]);
      }
    }
    return sum;
  }

  /** Returns the intercept that is best for given weights. */
  double[] bestBias(double[][] w) {
    double[] meanX = mean(x);
    double[] bias = mean(y);
    for (int j = 0; j < w.length; j++) {
      for (int i = 0; i < meanX.length; i++) {
        bias[j] -= w[j][i] * meanX[i];
      }
    }
    return bias;
  }

  /** Returns Σ ‖y − mean y‖². */
  double scatter() {
    double[] mean = mean(y);
    double sum = 0;
    for (double[] row : y) {
      for (int j = 0; j < row.length; j++) {
        sum += (row[j] - mean[j]) * (row[j] - mean[j]);
      }
    }
    return sum;
  }
}
