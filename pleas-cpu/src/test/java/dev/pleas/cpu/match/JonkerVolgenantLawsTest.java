package dev.pleas.cpu.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.match.Matcher;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class JonkerVolgenantLawsTest {
  private final Matcher matcher = new JonkerVolgenant();

  @Property(tries = 500)
  void match_upToSeven_isAsGoodAsTheBestOfAllPermutations(@ForAll("real") Matrix similarity) {
    double best = Matrices.bestByBruteForce(similarity);
    // Three dual updates per row and column, each rounding at the size of the largest entry.
    double tolerance = 8 * 7 * Math.ulp(Matrices.largestMagnitude(similarity));
    assertThat(Matrices.total(similarity, matcher.match(similarity)))
        .isCloseTo(best, within(tolerance));
  }

  @Property(tries = 500)
  void match_integers_isExactlyTheBest(@ForAll("integral") Matrix similarity) {
    assertThat(Matrices.total(similarity, matcher.match(similarity)))
        .isEqualTo(Matrices.bestByBruteForce(similarity));
  }

  @Property(tries = 100)
  void match_rowsAndColumnsPermuted_hasTheSameTotal(
      @ForAll("integral") Matrix similarity, @ForAll long seed) {
    int n = similarity.rows();
    Random random = new Random(seed);
    Matrix permuted =
        similarity.select(
            Permutation.random(n, random).toArray(), Permutation.random(n, random).toArray());
    assertThat(Matrices.total(permuted, matcher.match(permuted)))
        .isEqualTo(Matrices.total(similarity, matcher.match(similarity)));
  }

  @Property(tries = 50)
  void match_uniqueOptimum_movesWithRowsAndColumns(@ForAll long seed) {
    // Of continuous random entries the optimum is unique with probability 1.
    int n = 30;
    Random random = new Random(seed);
    Matrix similarity = Matrices.uniform(n, random.nextLong());
    Permutation rows = Permutation.random(n, random);
    Permutation columns = Permutation.random(n, random);
    Permutation found = matcher.match(similarity.select(rows.toArray(), columns.toArray()));
    Permutation original = matcher.match(similarity);
    for (int i = 0; i < n; i++) {
      assertThat(columns.get(found.get(i))).isEqualTo(original.get(rows.get(i)));
    }
  }

  @Provide
  Arbitrary<Matrix> real() {
    return matrices(Arbitraries.doubles().between(-1e6, 1e6));
  }

  @Provide
  Arbitrary<Matrix> integral() {
    return matrices(Arbitraries.integers().between(-3, 3).map(Integer::doubleValue));
  }

  private static Arbitrary<Matrix> matrices(Arbitrary<Double> entries) {
    return Arbitraries.integers()
        .between(0, 7)
        .flatMap(
            n -> entries.list().ofSize(n * n).map(list -> Matrices.square(n, k -> list.get(k))));
  }
}
