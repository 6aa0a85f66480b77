package dev.pleas.cpu.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.match.Matcher;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.provider.Registry;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JonkerVolgenantTest {
  private final Matcher matcher = new JonkerVolgenantProvider().create();

  @Test
  void match_empty_returnsEmpty() {
    assertThat(matcher.match(Matrix.wrap(0, 0, new double[0]))).isEqualTo(Permutation.of());
  }

  @Test
  void match_one_returnsIdentity() {
    assertThat(matcher.match(Matrix.wrap(1, 1, new double[] {-7}))).isEqualTo(Permutation.of(0));
  }

  @Test
  void match_two_maximises() {
    assertThat(matcher.match(Matrix.wrap(2, 2, new double[] {1, 2, 3, 3})))
        .isEqualTo(Permutation.of(1, 0));
    assertThat(matcher.match(Matrix.wrap(2, 2, new double[] {2, 1, 3, 3})))
        .isEqualTo(Permutation.of(0, 1));
  }

  @Test
  void match_greedyIsWrong_returnsOptimum() {
    // Taking the largest entry, 10, leaves 0: 10 in total instead of 9 + 8.
    assertThat(matcher.match(Matrix.wrap(2, 2, new double[] {10, 9, 8, 0})))
        .isEqualTo(Permutation.of(1, 0));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 17, 300})
  void match_permutedIdentity_recoversPermutation(int n) {
    Permutation hidden = Permutation.random(n, new Random(n));
    Matrix similarity = Matrices.square(n, k -> hidden.get(k / n) == k % n ? 1 : 0);
    assertThat(matcher.match(similarity)).isEqualTo(hidden);
  }

  @Test
  void match_noisyPermutation_recoversPermutation() {
    int n = 200;
    Permutation hidden = Permutation.random(n, new Random(3));
    Random noise = new Random(4);
    Matrix similarity =
        Matrices.square(n, k -> noise.nextDouble() + (hidden.get(k / n) == k % n ? 1 : 0));
    // Each right pair is worth more than 1, each wrong one less: nothing else can be better.
    assertThat(matcher.match(similarity)).isEqualTo(hidden);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.0, 1, -3, 1e300, Double.MIN_VALUE})
  void match_allEqual_returnsTheSamePermutationEachTime(double value) {
    Matrix similarity = Matrices.square(64, k -> value);
    assertThat(matcher.match(similarity)).isEqualTo(matcher.match(similarity));
  }

  @Test
  void match_oneHot_takesTheOne() {
    for (int at = 0; at < 25; at++) {
      int one = at;
      Permutation found = matcher.match(Matrices.square(5, k -> k == one ? 1 : 0));
      assertThat(found.get(one / 5)).isEqualTo(one % 5);
    }
  }

  @Test
  void match_rowsAllAlike_isOptimalWithManyTies() {
    Matrix similarity = Matrices.square(100, k -> k % 100);
    assertThat(Matrices.total(similarity, matcher.match(similarity))).isEqualTo(99 * 100 / 2.0);
  }

  @Test
  void match_oneUlpApart_isExact() {
    Random random = new Random(5);
    double ulp = Math.ulp(1.0);
    for (int repeat = 0; repeat < 200; repeat++) {
      int[] steps = random.ints(36, 0, 4).toArray();
      Matrix near = Matrices.square(6, k -> 1 + steps[k] * ulp);
      Matrix exact = Matrices.square(6, k -> steps[k]);
      // Judged in units of the last place, where sums are exact.
      assertThat(Matrices.total(exact, matcher.match(near)))
          .isEqualTo(Matrices.bestByBruteForce(exact));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-320, 1e-300, 1e300, Double.MAX_VALUE})
  void match_extremeUnits_isOptimal(double unit) {
    Random random = new Random(6);
    for (int repeat = 0; repeat < 50; repeat++) {
      double[] values = random.doubles(36, -1, 1).toArray();
      Matrix scaled = Matrices.square(6, k -> values[k] * unit);
      // Totals of the scaled values would overflow; these are what the matcher can have seen.
      Matrix seen = Matrices.square(6, k -> scaled.values()[k] / unit);
      assertThat(Matrices.total(seen, matcher.match(scaled)))
          .isCloseTo(Matrices.bestByBruteForce(seen), within(6 * Math.ulp(6.0)));
    }
  }

  @Test
  void match_hugeAmongSmall_takesTheHugeAndStaysExactElsewhere() {
    // Row 0 must take column 2; the rest is an ordinary problem whose duals never meet 1e300.
    double[] values = {
      0, 0, 1e300, 0, //
      5, 1, 0, 2, //
      4, 3, 0, 1, //
      1, 1, 0, 1
    };
    assertThat(matcher.match(Matrix.wrap(4, 4, values))).isEqualTo(Permutation.of(2, 0, 1, 3));
  }

  @Test
  void match_largestValuesOfBothSigns_terminatesWithPermutation() {
    Random random = new Random(7);
    Matrix similarity =
        Matrices.square(200, k -> random.nextBoolean() ? Double.MAX_VALUE : -Double.MAX_VALUE);
    Permutation found = matcher.match(similarity);
    // 200×200 coin flips have a perfect matching of heads, all but certainly; this seed has one.
    assertThat(IntStream.range(0, 200).mapToDouble(i -> similarity.get(i, found.get(i))))
        .containsOnly(Double.MAX_VALUE);
  }

  @Test
  void match_doesNotModifyItsInput() {
    Matrix similarity = Matrices.uniform(50, 8);
    double[] before = similarity.values().clone();
    matcher.match(similarity);
    assertThat(similarity.values()).isEqualTo(before);
  }

  @Test
  void match_manyThreads_agree() {
    Matrix similarity = Matrices.square(120, k -> k * 7919L % 13);
    Permutation alone = matcher.match(similarity);
    assertThat(IntStream.range(0, 16).parallel().mapToObj(t -> matcher.match(similarity)).toList())
        .containsOnly(alone);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void match_nonFinite_namesTheEntry(double value) {
    Matrix similarity = Matrices.square(3, k -> k == 5 ? value : k);
    assertThatThrownBy(() -> matcher.match(similarity))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("similarity[1, 2] = " + value + ": it must be finite");
  }

  @Test
  void match_notSquare_saysItsShape() {
    Matrix similarity = Matrix.wrap(2, 3, new double[6]);
    assertThatThrownBy(() -> matcher.match(similarity))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("similarity is a 2×3 matrix: a matching needs a square one");
  }

  @Test
  void registry_finds_itAsTheBestMatcher() {
    Registry registry = Registry.of(JonkerVolgenantTest.class.getClassLoader());
    assertThat(registry.best(MatcherProvider.class).entry().id()).isEqualTo("jonker-volgenant");
  }
}
