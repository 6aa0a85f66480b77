package dev.pleas.bench;

/**
 * Pseudo-random numbers by position: SplitMix64 (Steele, Lea and Flood 2014) of a seed and an
 * index. {@code peers.py} has the same function, so that both sides get the same bits without
 * files.
 */
final class Uniform {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private Uniform() {}

  /** Returns the number at an index of a sequence, −1 ≤ x &lt; 1. */
  static double at(long seed, long index) {
    long z = seed + (index + 1) * GAMMA;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return (z >>> 11) * 0x1p-52 - 1;
  }

  /** Returns the first {@code n} numbers. */
  static double[] doubles(long seed, int n) {
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = at(seed, i);
    }
    return values;
  }

  /** Returns offset + scale · x of the first {@code n} numbers x. */
  static float[] floats(long seed, int n, double offset, double scale) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (offset + scale * at(seed, i));
    }
    return values;
  }
}
