package com.example.pleas;

import java.util.stream.IntStream;

/**
 * Scaled dot-product attention, one head of one sample at a time.
 *
 * @param heads in all samples together
 * @param d channels of queries and keys in a head
 * @param e channels of values in a head
 * @param targets T, positions of queries
 * @param sources S, positions of keys and values
 */
record Attention(int heads, int d, int e, int targets, int sources, double scale) {
  /** Returns result[·, t] = Σₛ softmaxₛ(scale · q[·, t]·k[·, s]) · v[·, s] of every head. */
  float[] apply(float[] q, float[] k, float[] v) {
    float[] result = new float[heads * e * targets];
    IntStream.range(0, heads)
        .parallel()
        .forEach(
            head -> {
              for (int t = 0; t < targets; t++) {
                double[] weights = weights(q, k, head * d, t);
                for (int c = head * e; c < (head + 1) * e; c++) {
                  double sum = 0;
                  for (int s = 0; s < sources; s++) {
                    sum += weights[s] * v[c * sources + s];
                  }
                  result[c * targets + t] = (float) sum;
                }
              }
            });
    return result;
  }

  /** Returns the softmax of the scores of one query. */
  private double[] weights(float[] q, float[] k, int firstChannel, int t) {
    double[] weights = new double[sources];
    for (int c = firstChannel; c < firstChannel + d; c++) {
      for (int s = 0; s < sources; s++) {
        weights[s] += scale * q[c * targets + t] * k[c * sources + s];
      }
    }
    double largest = Double.NEGATIVE_INFINITY;
    for (double score : weights) {
      largest = Math.max(largest, score);
    }
    double sum = 0;
    for (int s = 0; s < sources; s++) {
      weights[s] = Math.exp(weights[s] - largest);
      sum += weights[s];
    }
    for (int s = 0; s < sources; s++) {
      weights[s] /= sum;
    }
    return weights;
  }
}
