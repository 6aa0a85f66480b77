package dev.pleas.bench;

import java.util.function.IntToDoubleFunction;

/**
 * Two numbers by which results of different programs are compared.
 *
 * @param norm the Euclidean norm of all values
 * @param dot their inner product with {@link Uniform} numbers: it depends on every value's place
 */
record Fingerprint(double norm, double dot) {
  private static final long SEED = 99;

  /** Returns the fingerprint of values 0 … n − 1. */
  static Fingerprint of(int n, IntToDoubleFunction values) {
    double squares = 0;
    double dot = 0;
    for (int i = 0; i < n; i++) {
      double value = values.applyAsDouble(i);
      squares += value * value;
      dot += value * Uniform.at(SEED, i);
    }
    return new Fingerprint(Math.sqrt(squares), dot);
  }

  /** Returns the fingerprint of a row-major matrix. */
  static Fingerprint of(double[] values) {
    return of(values.length, i -> values[i]);
  }
}
