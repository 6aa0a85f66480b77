package dev.pleas.tck;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Similarity matrices to match. */
final class Assignments {
  private Assignments() {}

  /**
   * Returns an n×n matrix.
   *
   * @param valueAt the element by its row-major index
   */
  static Matrix square(int n, IntToDoubleFunction valueAt) {
    double[] values = new double[n * n];
    for (int k = 0; k < values.length; k++) {
      values[k] = valueAt.applyAsDouble(k);
    }
    return Matrix.wrap(n, n, values);
  }

  static Matrix uniform(int n, Random random) {
    return square(n, k -> random.nextDouble());
  }

  /** Whole numbers from 0 to bound − 1: sums and differences are exact, and ties abound. */
  static Matrix integers(int n, int bound, Random random) {
    return square(n, k -> random.nextInt(bound));
  }

  /** Products of few factors: rows and columns compete for the same partners. */
  static Matrix ofFactors(int n, int rank, Random random) {
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

  /** sign·(i + 1)·(j + 1), on which shortest augmenting paths take all n³ steps. */
  static Matrix products(int n, int sign) {
    return square(
        n,
        k -> {
          int row = k / n;
          return sign * (row + 1.0) * (k % n + 1.0);
        });
  }

  /** Normal values times powers of two from 2⁻¹⁰⁰ to 2¹⁰⁰. */
  static Matrix magnitudes(int n, Random random) {
    return square(n, k -> random.nextGaussian() * Math.scalb(1.0, random.nextInt(201) - 100));
  }

  static Matrix scaled(Matrix matrix, double factor) {
    return square(matrix.rows(), k -> matrix.values()[k] * factor);
  }

  static double total(Matrix similarity, Permutation matching) {
    double sum = 0;
    for (int i = 0; i < matching.size(); i++) {
      sum += similarity.get(i, matching.get(i));
    }
    return sum;
  }

  /** Returns the largest total over all n! permutations. */
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

  /** Returns matrices of up to 6×6 small whole numbers. */
  static Arbitrary<Matrix> small() {
    return Arbitraries.integers()
        .between(0, 6)
        .flatMap(
            n ->
                Arbitraries.integers()
                    .between(-3, 3)
                    .list()
                    .ofSize(n * n)
                    .map(list -> square(n, k -> list.get(k))));
  }
}
