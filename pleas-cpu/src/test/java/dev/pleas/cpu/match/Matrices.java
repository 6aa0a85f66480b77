package dev.pleas.cpu.match;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import java.util.function.IntToDoubleFunction;

/** Similarity matrices to match, and what is true of a matching. */
final class Matrices {
  private Matrices() {}

  static Matrix square(int n, IntToDoubleFunction valueAt) {
    double[] values = new double[n * n];
    for (int k = 0; k < values.length; k++) {
      values[k] = valueAt.applyAsDouble(k);
    }
    return Matrix.wrap(n, n, values);
  }

  static double total(Matrix similarity, Permutation matching) {
    double sum = 0;
    for (int i = 0; i < matching.size(); i++) {
      sum += similarity.get(i, matching.get(i));
    }
    return sum;
  }

  static double largestMagnitude(Matrix matrix) {
    double largest = 0;
    for (double value : matrix.values()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }
}
