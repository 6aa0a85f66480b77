package dev.pleas.tck.reference;

import dev.pleas.api.graph.Op;

/** The distribution function Φ of the normal distribution, and the unit that is made of it. */
final class NormalDistribution {
  private NormalDistribution() {}

  static double gelu(double x, Op.Gelu.Form form) {
    if (x == Double.NEGATIVE_INFINITY) {
      // The limit; the formulas say −∞ · 0.
      return 0;
    }
    return switch (form) {
      case EXACT -> x * phi(x);
      case TANH -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
      case QUICK -> x / (1 + Math.exp(-1.702 * x));
    };
  }

  /**
   * Φ(x), to about 1e-14 relative. Near 0 by the series Φ(x) = 1/2 + φ(x)·(x + x³/3 + x⁵/(3·5) +
   * …), in the tails by Laplace's continued fraction Φ(−x) = φ(x) / (x + 1/(x + 2/(x + 3/(x +
   * …)))).
   */
  static double phi(double x) {
    if (x < -3) {
      double fraction = -x;
      for (int k = 200; k > 0; k--) {
        fraction = -x + k / fraction;
      }
      return density(x) / fraction;
    } else if (x > 3) {
      return 1 - phi(-x);
    }
    double term = x;
    double sum = x;
    for (int k = 3; k < 200; k += 2) {
      term *= x * x / k;
      sum += term;
    }
    return 0.5 + density(x) * sum;
  }

  private static double density(double x) {
    return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }
}
