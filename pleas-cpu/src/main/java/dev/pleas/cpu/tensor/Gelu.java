package dev.pleas.cpu.tensor;

import dev.pleas.api.graph.Op;
import org.apache.commons.math3.special.Erf;

/**
 * The Gaussian error linear unit in float64, right to float32's rounding in the negative tail too.
 */
final class Gelu {
  private static final double SQRT_TWO_OVER_PI = Math.sqrt(2 / Math.PI);

  private Gelu() {}

  /** Replaces the first {@code length} elements. */
  static void apply(Op.Gelu.Form form, float[] v, int length) {
    switch (form) {
      case EXACT -> {
        for (int i = 0; i < length; i++) {
          v[i] = exact(v[i]);
        }
      }
      case TANH -> {
        for (int i = 0; i < length; i++) {
          double x = v[i];
          // (1 + tanh(u)) / 2 = 1 / (1 + exp(−2u))
          v[i] = sigmoidal(v[i], 2 * SQRT_TWO_OVER_PI * (x + 0.044715 * x * x * x));
        }
      }
      case QUICK -> {
        for (int i = 0; i < length; i++) {
          v[i] = sigmoidal(v[i], 1.702 * v[i]);
        }
      }
    }
  }

  /** x / (1 + exp(−u)), also where the exponential overflows; u has the sign of x. */
  private static float sigmoidal(float x, double u) {
    return x == Float.NEGATIVE_INFINITY ? 0 : (float) (x / (1 + Math.exp(-u)));
  }

  /** x·Φ(x). */
  private static float exact(float x) {
    if (x >= Normal.TO) {
      return x; // 1 − Φ(6) is 1e-9
    }
    if (x <= Normal.FROM) {
      return 0; // −15·Φ(−15) is −6e-50, less than half the smallest float32
    }
    return (float) (x * Normal.distribution(x)); // NaN, too
  }

  /**
   * Φ between nodes by cubic Hermite interpolation. Its relative error is at most h⁴/384 times
   * |Φ⁗(x)/Φ(x)|, and the quotient is less than x⁴ in the negative tail: 2e-10 at −4, and 2e-8, a
   * third of float32's rounding, at −13, where x·Φ(x) is the smallest normal float32.
   */
  private static final class Normal {
    static final int FROM = -15;
    static final int TO = 6;

    /** Nodes per unit, 1/h. */
    private static final int DENSITY = 256;

    /** At each node Φ and h·φ, side by side. */
    private static final double[] NODES = nodes();

    private static double[] nodes() {
      int count = (TO - FROM) * DENSITY + 1;
      double[] nodes = new double[2 * count];
      for (int i = 0; i < count; i++) {
        double x = FROM + (double) i / DENSITY;
        nodes[2 * i] = Erf.erfc(-x / Math.sqrt(2)) / 2;
        nodes[2 * i + 1] = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI) / DENSITY;
      }
      return nodes;
    }

    /**
     * Returns Φ(x).
     *
     * @param x between {@link #FROM} and {@link #TO}, the latter excluded
     */
    static double distribution(float x) {
      double at = ((double) x - FROM) * DENSITY;
      int i = (int) at;
      double t = at - i;
      double low = NODES[2 * i];
      double slope = NODES[2 * i + 1];
      double rise = NODES[2 * i + 2] - low;
      double slopes = slope + NODES[2 * i + 3];
      return low + t * (slope + t * (3 * rise - slopes - slope + t * (slopes - 2 * rise)));
    }
  }
}
