package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pleas.api.match.Matcher;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rules matcher301 to matcher315: the matching is the best one. */
abstract class OptimalityRules extends ProviderContract<Matcher, MatcherProvider> {
  /** Matches, and says which matrix it was when that fails. */
  final Permutation match(String what, Matrix similarity) {
    Permutation matching;
    Matcher matcher = create();
    try {
      matching = matcher.match(similarity);
    } catch (RuntimeException e) {
      throw new AssertionError(what + ": match threw " + e, e);
    }
    assertEquals(similarity.rows(), matching.size(), what + ": elements of the permutation");
    return matching;
  }

  /** Matches a matrix whose sums and differences are exact, and fails unless that is optimal. */
  private void matchExactly(String what, Matrix similarity) {
    Optimality.require(what, similarity, match(what, similarity), 0);
  }

  /** Matches any matrix, and fails unless that is optimal up to rounding. */
  private void matchOptimally(String what, Matrix similarity) {
    Optimality.require(what, similarity, match(what, similarity), Optimality.rounding(similarity));
  }

  @Test
  void required_matcher301_emptyMatrixHasTheEmptyMatching() {
    assertEquals(Permutation.of(), match("n = 0", Matrix.wrap(0, 0, new double[0])));
  }

  @Test
  void required_matcher302_oneUnitIsPairedWithItself() {
    for (double value : new double[] {0, -7, 1e300, -1e300, Double.MIN_VALUE}) {
      String what = "the 1×1 matrix of " + value;
      assertEquals(Permutation.of(0), match(what, Matrix.wrap(1, 1, new double[] {value})), what);
    }
  }

  @Property(tries = 300)
  @AddLifecycleHook(SkipUnavailable.class)
  void required_matcher303_totalIsTheLargestOfAllPermutations(@ForAll("small") Matrix similarity) {
    String what = "a " + similarity + " of whole numbers";
    Permutation matching = match(what, similarity);
    assertEquals(
        Assignments.bestByBruteForce(similarity),
        Assignments.total(similarity, matching),
        () -> what + ": the total of " + matching + " against the largest of all permutations");
  }

  @Provide
  Arbitrary<Matrix> small() {
    return Assignments.small();
  }

  @Test
  void required_matcher304_rowsAreOfNetworkAAndColumnsOfB() {
    for (int n : new int[] {3, 17, 300}) {
      Random random = new Random(n);
      // Three in a row: not its own inverse, which would hide rows taken for columns.
      int[] hidden = Permutation.random(n, random).toArray();
      Permutation expected = n == 3 ? Permutation.of(1, 2, 0) : Permutation.of(hidden);
      // Each right pair is worth more than 1, each wrong one less: nothing else can be better.
      Matrix similarity =
          Assignments.square(n, k -> random.nextDouble() + (expected.get(k / n) == k % n ? 1 : 0));
      String what = "a permutation of " + n + " with noise";
      assertEquals(expected, match(what, similarity), what);
    }
  }

  @Test
  @Timeout(120)
  void required_matcher305_randomMatricesAreMatchedOptimally() {
    Random random = new Random(305);
    for (int n : new int[] {2, 3, 5, 16, 17, 63, 64, 65, 256, 257, 1000, 1023, 1024, 1025, 2048}) {
      matchOptimally("uniform entries, n = " + n, Assignments.uniform(n, random));
    }
  }

  @Test
  @Timeout(120)
  void required_matcher306_competingUnitsAreMatchedOptimally() {
    Random random = new Random(306);
    matchOptimally("rank 1, n = 200", Assignments.ofFactors(200, 1, random));
    matchOptimally("rank 3, n = 400", Assignments.ofFactors(400, 3, random));
    matchOptimally("rank 64, n = 512", Assignments.ofFactors(512, 64, random));
  }

  @Test
  @Timeout(120)
  void required_matcher307_tiesAreBrokenWithoutLoss() {
    Random random = new Random(307);
    matchExactly("zeros and ones, n = 700", Assignments.integers(700, 2, random));
    matchExactly("whole numbers below 100, n = 1024", Assignments.integers(1024, 100, random));
    matchExactly("all rows alike, n = 300", Assignments.square(300, k -> k % 300));
    matchExactly("all columns alike, n = 300", Assignments.square(300, k -> Math.floorDiv(k, 300)));
  }

  @Test
  @Timeout(120)
  void required_matcher308_entriesMayAllBeEqual() {
    for (double value : new double[] {0, -0.0, 0.1, -3, 1e300, Double.MIN_VALUE}) {
      match("64×64 entries of " + value, Assignments.square(64, k -> value));
    }
    match("2048×2048 entries of 0.1", Assignments.square(2048, k -> 0.1));
  }

  @Test
  void required_matcher309_oneHotEntryIsTaken() {
    int n = 7;
    for (int at = 0; at < n * n; at++) {
      int one = at;
      String what = "a 1 at [" + at / n + ", " + at % n + "] among zeros";
      matchExactly(what, Assignments.square(n, k -> k == one ? 1 : 0));
    }
  }

  @Test
  void required_matcher310_oneUlpDecides() {
    Random random = new Random(310);
    for (int n : new int[] {2, 6, 6, 6, 64, 512}) {
      Matrix steps = Assignments.integers(n, 4, random);
      Matrix near = Assignments.square(n, k -> 1 + steps.values()[k] * Math.ulp(1.0));
      String what = "entries 1 and a few ulps, n = " + n + ", counted in ulps";
      Optimality.require(what, steps, match(what, near), 0);
    }
  }

  @Test
  @Timeout(120)
  void required_matcher311_adversarialProductsAreMatchedInTime() {
    for (int sign : new int[] {1, -1}) {
      for (int n : new int[] {2, 9, 400}) {
        matchExactly(
            (sign < 0 ? "−" : "") + "(i + 1)·(j + 1), n = " + n, Assignments.products(n, sign));
      }
    }
  }

  @Test
  void required_matcher312_magnitudesMayBeFarApart() {
    Random random = new Random(312);
    for (int n : new int[] {4, 30, 300}) {
      Matrix similarity = Assignments.magnitudes(n, random);
      matchOptimally("entries from 2⁻¹⁰⁰ to 2¹⁰⁰, n = " + n, similarity);
      // Scaled by a power of two, which rounds nothing, for the judge's sums not to overflow.
      Matrix huge = Assignments.square(n, k -> 0x1p1000 * (2 * random.nextDouble() - 1));
      Matrix judged = Assignments.scaled(huge, 0x1p-1000);
      String what = "entries up to 2¹⁰⁰⁰ of both signs, in units of 2¹⁰⁰⁰, n = " + n;
      Optimality.require(what, judged, match(what, huge), Optimality.rounding(judged));
    }
  }

  @Test
  void required_matcher313_unitsDoNotMatter() {
    Random random = new Random(313);
    for (int exponent : new int[] {-1074, -1022, -300, 300, 1019}) {
      for (int n : new int[] {3, 40}) {
        Matrix whole = Assignments.square(n, k -> random.nextInt(31) - 15);
        Matrix scaled = Assignments.square(n, k -> Math.scalb(whole.values()[k], exponent));
        String what = "whole numbers in units of 2^" + exponent + ", n = " + n;
        Optimality.require(what, whole, match(what, scaled), 0);
      }
    }
  }

  @Property(tries = 50)
  @AddLifecycleHook(SkipUnavailable.class)
  void required_matcher314_orderOfUnitsDoesNotMatter(@ForAll long seed) {
    Random random = new Random(seed);
    int n = 2 + random.nextInt(29);
    // Of continuous random entries the optimum is unique with probability 1.
    Matrix similarity = Assignments.uniform(n, random);
    Permutation rows = Permutation.random(n, random);
    Permutation columns = Permutation.random(n, random);
    Permutation found =
        match("reordered, n = " + n, similarity.select(rows.toArray(), columns.toArray()));
    Permutation inOrder = match("in order, n = " + n, similarity);
    for (int i = 0; i < n; i++) {
      assertEquals(
          inOrder.get(rows.get(i)),
          columns.get(found.get(i)),
          "partner of row " + rows.get(i) + " after rows and columns were reordered");
    }
  }

  @Property(tries = 50)
  @AddLifecycleHook(SkipUnavailable.class)
  void required_matcher315_constantsOnRowsAndColumnsChangeNothing(@ForAll long seed) {
    Random random = new Random(seed);
    int n = 2 + random.nextInt(29);
    Matrix similarity = Assignments.integers(n, 10, random);
    int[] onRow = random.ints(n, -1000, 1000).toArray();
    int[] onColumn = random.ints(n, -1000, 1000).toArray();
    Matrix shifted =
        Assignments.square(n, k -> similarity.values()[k] + onRow[k / n] + onColumn[k % n]);
    String what = "constants added to rows and columns, n = " + n;
    Optimality.require(what, similarity, match(what, shifted), 0);
  }
}
