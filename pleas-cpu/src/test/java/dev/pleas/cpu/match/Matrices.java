package dev.pleas.cpu.match;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import java.util.Random;
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

  static Matrix uniform(int n, long seed) {
    Random random = new Random(seed);
    return square(n, k -> random.nextDouble());
  }

  /** Products of few factors: rows and columns compete for the same partners. */
  static Matrix lowRank(int n, int rank, long seed) {
    Random random = new Random(seed);
    double[][] factors = new double[2 * n][rank];
    for (double[] factor : factors) {
      for (int r = 0; r < rank; r++) {
        factor[r] = random.nextGaussian();
      }
    }
    return square(
        n,
        k -> {
          double sum = 0;
          for (int r = 0; r < rank; r++) {
            sum += factors[k / n][r] * factors[n + k % n][r];
          }
          return sum;
        });
  }

  static double total(Matrix similarity, Permutation matching) {
    double sum = 0;
    for (int i = 0; i < matching.size(); i++) {
      sum += similarity.get(i, matching.get(i));
    }
    return sum;
  }

  /** The largest total over all n! permutations. */
  static double bestByBruteForce(Matrix similarity) {
    return best(similarity, 0, new boolean[similarity.rows()]);
  }

  private static double best(Matrix similarity, int row, boolean[] taken) {
    if (row == taken.length) {
      return 0;
    }
    double best = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < taken.length; j++) {
      if (!taken[j]) {
        taken[j] = true;
        best = Math.max(best, similarity.get(row, j) + best(similarity, row + 1, taken));
        taken[j] = false;
      }
    }
    return best;
  }

  static double largestMagnitude(Matrix matrix) {
    double largest = 0;
    for (double value : matrix.values()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }
}
