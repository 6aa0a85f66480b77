package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pleas.api.match.Matcher;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Matcher} keeps: rules {@code matcher301} and on of {@code docs/spi.md}, and
 * those of its provider. The author of a matcher extends it:
 *
 * <pre>{@code
 * class AuctionContractTest extends MatcherContract {
 *   @Override
 *   protected MatcherProvider provider() {
 *     return new AuctionProvider();
 *   }
 * }
 * }</pre>
 */
public abstract class MatcherContract extends OptimalityRules {
  /** For subclasses. */
  protected MatcherContract() {}

  @Test
  void required_matcher316_sameMatrixGivesTheSamePermutation() {
    Random random = new Random(316);
    Matrix ties = Assignments.integers(60, 2, random);
    Permutation first = match("ties", ties);
    for (int again = 0; again < 5; again++) {
      Matrix copy = Matrix.wrap(60, 60, ties.values().clone());
      assertEquals(first, match("ties", copy), "the permutation of the same matrix, with ties");
    }
  }

  @Test
  void required_matcher317_threadsMayShareIt() throws InterruptedException {
    Random random = new Random(317);
    Matrix[] matrices = new Matrix[5];
    for (int k = 0; k < matrices.length; k++) {
      matrices[k] = Assignments.integers(80 + k, 20, random);
    }
    Matcher shared = create();
    Concurrently.requireSame(matrices.length, k -> shared.match(matrices[k]));
  }

  @Test
  void required_matcher318_similarityIsNotModified() {
    Matrix similarity = Assignments.uniform(50, new Random(318));
    double[] before = similarity.values().clone();
    match("uniform entries, n = 50", similarity);
    assertArrayEquals(before, similarity.values(), "the matrix after it was matched");
  }

  @Test
  void required_matcher319_nonFiniteEntriesAreRefusedByName() {
    for (double value :
        new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      for (int at : new int[] {0, 5, 8}) {
        String entry = "[" + at / 3 + ", " + at % 3 + "]";
        refuses(
            Assignments.square(3, k -> k == at ? value : k),
            entry,
            "a 3×3 matrix with " + value + " at " + entry);
      }
    }
    refuses(Matrix.wrap(1, 1, new double[] {Double.NaN}), "[0, 0]", "the 1×1 matrix of NaN");
  }

  @Test
  void required_matcher320_otherThanSquareMatricesAreRefusedByShape() {
    int[][] shapes = {{2, 3}, {3, 2}, {1, 4}, {0, 3}, {3, 0}};
    for (int[] shape : shapes) {
      Matrix matrix = Matrix.wrap(shape[0], shape[1], new double[shape[0] * shape[1]]);
      refuses(matrix, shape[0] + "×" + shape[1], "a " + matrix);
    }
  }

  private void refuses(Matrix similarity, String named, String what) {
    Matcher matcher = create();
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> matcher.match(similarity),
            () -> what + " must be refused");
    String message = String.valueOf(refusal.getMessage());
    assertTrue(
        message.contains(named),
        () -> what + ": the message must name " + named + ", found: " + message);
  }

  @Test
  void recommended_matcher321_smallEntriesBesideHugeOnesAreMatchedExactly() {
    Random random = new Random(321);
    int huge = 6;
    int n = 40;
    Matrix whole = Assignments.integers(n, 10, random);
    // Two blocks with zeros between: the first in units of 2⁹⁰⁰, the second in units of 1.
    Matrix similarity =
        Assignments.square(
            n,
            k -> {
              boolean top = k / n < huge;
              if (top != (k % n < huge)) {
                return 0;
              }
              return top ? Math.scalb(1 + whole.values()[k], 900) : 1 + whole.values()[k];
            });
    // Within the blocks nothing is lost by exchanges, so that each can be judged in its own unit.
    Matrix judged =
        Assignments.square(
            n, k -> k / n < huge != k % n < huge ? -n * 10.0 : 1 + whole.values()[k]);
    Permutation matching = match("a block of ones beside one of 2⁹⁰⁰", similarity);
    Optional<String> better = Optimality.improvement(judged, matching, 0);
    recommend(
        better.isEmpty(),
        "blocks in units of 1 and of 2⁹⁰⁰: the matching is not optimal: " + better.orElse(""));
  }
}
