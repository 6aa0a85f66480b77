package dev.pleas.tck.reference;

import dev.pleas.api.tensor.Shape;

/**
 * The steps of scaled dot-product attention: scores of every query with every key, softmax, and the
 * mix of the values.
 */
public final class Attention {
  private Attention() {}

  /**
   * Returns scale · queries[·, t]·keys[·, s] in each head.
   *
   * @param queries [N, heads·d, T]
   * @param keys [N, heads·d, S]
   * @return [N, heads, T, S]
   */
  public static Plain scores(Plain queries, Plain keys, int heads, double scale) {
    int samples = queries.dim(0);
    int width = queries.dim(1) / heads;
    double[] scores = new double[samples * heads * queries.dim(2) * keys.dim(2)];
    int at = 0;
    for (int n = 0; n < samples; n++) {
      for (int h = 0; h < heads; h++) {
        for (int t = 0; t < queries.dim(2); t++) {
          for (int s = 0; s < keys.dim(2); s++) {
            double sum = 0;
            for (int c = h * width; c < (h + 1) * width; c++) {
              sum += queries.get(n, c, t) * keys.get(n, c, s);
            }
            scores[at++] = scale * sum;
          }
        }
      }
    }
    return new Plain(Shape.of(samples, heads, queries.dim(2), keys.dim(2)), scores);
  }

  /** Returns exp(x) divided by its sum over the last axis, with the largest x taken away first. */
  public static Plain softmax(Plain scores) {
    int length = scores.dim(scores.shape().rank() - 1);
    double[] weights = new double[scores.values().length];
    for (int row = 0; row < weights.length; row += length) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int s = 0; s < length; s++) {
        largest = Math.max(largest, scores.values()[row + s]);
      }
      double sum = 0;
      for (int s = 0; s < length; s++) {
        weights[row + s] = Math.exp(scores.values()[row + s] - largest);
        sum += weights[row + s];
      }
      for (int s = 0; s < length; s++) {
        weights[row + s] /= sum;
      }
    }
    return new Plain(scores.shape(), weights);
  }

  /**
   * Returns Σₛ weights[t, s]·values[·, s] in each head.
   *
   * @param weights [N, heads, T, S]
   * @param values [N, heads·e, S]
   * @return [N, heads·e, T]
   */
  public static Plain mix(Plain weights, Plain values) {
    int queries = weights.dim(2);
    int keys = weights.dim(3);
    int width = values.dim(1) / weights.dim(1);
    double[] mixed = new double[values.dim(0) * values.dim(1) * queries];
    int at = 0;
    for (int n = 0; n < values.dim(0); n++) {
      for (int c = 0; c < values.dim(1); c++) {
        for (int t = 0; t < queries; t++) {
          double sum = 0;
          for (int s = 0; s < keys; s++) {
            sum += weights.get(n, c / width, t * keys + s) * values.get(n, c, s);
          }
          mixed[at++] = sum;
        }
      }
    }
    return new Plain(Shape.of(values.dim(0), values.dim(1), queries), mixed);
  }
}
