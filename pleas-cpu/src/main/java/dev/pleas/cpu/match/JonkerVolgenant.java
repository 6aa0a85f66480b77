package dev.pleas.cpu.match;

import dev.pleas.api.match.Matcher;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;

/**
 * The linear assignment problem by the algorithm of Jonker and Volgenant (<i>A shortest augmenting
 * path algorithm for dense and sparse linear assignment problems</i>, Computing 38, 1987). The
 * matrix is read where it lies; besides it a match takes O(n) memory.
 *
 * <p>Exact in the sense of float64: the total differs from the largest one by no more than the
 * rounding of n dual variables, and by nothing when sums and differences of entries are
 * representable (integers below 2⁵³ / n, values of one binade, ties).
 */
final class JonkerVolgenant implements Matcher {
  /** Beyond this a sum of 2³¹ entries could overflow; the largest float64 is below 2¹⁰²⁴. */
  private static final double LARGEST_UNSCALED = 0x1p960;

  @Override
  public Permutation match(Matrix similarity) {
    double largest = largestMagnitude(similarity);
    // Costs are negated similarities. A power of two changes no digit of those that matter here.
    double factor = largest > LARGEST_UNSCALED ? -0x1p-64 : -1;
    return Permutation.of(
        new ShortestAugmentingPaths(similarity.values(), similarity.rows(), factor).solve());
  }

  private static double largestMagnitude(Matrix similarity) {
    int n = similarity.rows();
    if (similarity.columns() != n) {
      throw new IllegalArgumentException(
          "similarity is a " + similarity + ": a matching needs a square one");
    }
    double largest = 0;
    double[] values = similarity.values();
    for (int k = 0; k < values.length; k++) {
      double magnitude = Math.abs(values[k]);
      if (!(magnitude <= Double.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "similarity[" + k / n + ", " + k % n + "] = " + values[k] + ": it must be finite");
      }
      largest = Math.max(largest, magnitude);
    }
    return largest;
  }
}
