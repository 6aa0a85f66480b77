package com.example.pleas;

import dev.pleas.api.graph.Op;

/** The Gaussian error linear unit in float64. */
final class Gelu {
  private Gelu() {}

  static double of(double x, Op.Gelu.Form form) {
    if (x == Double.NEGATIVE_INFINITY) {
      return 0;
    }
    return switch (form) {
      case EXACT -> x * normalDistribution(x);
      // (1 + tanh(u)) / 2 = 1 / (1 + exp(−2u)), without cancellation where x is negative.
      case TANH -> x / (1 + Math.exp(-Math.sqrt(8 / Math.PI) * (x + 0.044715 * x * x * x)));
      case QUICK -> x / (1 + Math.exp(-1.702 * x));
    };
  }

  /**
   * Returns Φ(x): by its power series near 0, by the continued fraction of 1 − Φ(|x|) elsewhere.
   */
  private static double normalDistribution(double x) {
    double density = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    if (Math.abs(x) < 3) {
      double term = x;
      double sum = x;
      for (int k = 3; Math.abs(term) > Math.ulp(sum) / 4; k += 2) {
        term *= x * x / k;
        sum += term;
      }
      return 0.5 + density * sum;
    }
    double fraction = 0;
    for (int k = 80; k > 0; k--) {
      fraction = k / (Math.abs(x) + fraction);
    }
    double tail = density / (Math.abs(x) + fraction);
    return x < 0 ? tail : 1 - tail;
  }
}
