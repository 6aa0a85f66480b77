package dev.pleas.core.alignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Units with insides, matched as well as by trying every permutation there is. */
class UnitMatchingTest {
  @Property(tries = 60)
  void match_anySimilarities_isAsGoodAsTheBestOfAll(
      @ForAll @IntRange(min = 1, max = 3) int heads,
      @ForAll @IntRange(min = 1, max = 3) int keys,
      @ForAll @IntRange(min = 1, max = 3) int values,
      @ForAll @IntRange(max = 10_000) int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Group group = SmallGroups.group(heads, keys, values == 1 && keys == 1 ? 2 : values);
    List<Matrix> similarities = new ArrayList<>();
    for (Component component : group.components()) {
      int n = heads * component.width();
      similarities.add(Matrix.wrap(n, n, random.doubles((long) n * n).toArray()));
    }

    UnitPermutation found = new UnitMatching(SmallGroups.matcher()).match(group, similarities);

    double best = Double.NEGATIVE_INFINITY;
    for (int[] units : Permutations.of(heads)) {
      double total = 0;
      for (int c = 0; c < similarities.size(); c++) {
        int width = group.components().get(c).width();
        for (int i = 0; i < heads; i++) {
          double within = Double.NEGATIVE_INFINITY;
          for (int[] inside : Permutations.of(width)) {
            double sum = 0;
            for (int k = 0; k < width; k++) {
              sum += similarities.get(c).get(i * width + k, units[i] * width + inside[k]);
            }
            within = Math.max(within, sum);
          }
          total += within;
        }
      }
      best = Math.max(best, total);
    }
    // Sums of at most 18 numbers below 1, each rounded to 1e-16.
    assertThat(total(similarities, found)).isCloseTo(best, within(1e-13));
    assertThat(UnitMatching.total(similarities, found)).isCloseTo(best, within(1e-13));
  }

  @Example
  void match_twoHeadsExchangedAndTurnedInside_isFound() {
    Group group = SmallGroups.group(2, 3, 1);
    Permutation keys = Permutation.of(4, 3, 5, 2, 0, 1);
    Permutation values = Permutation.of(1, 0);
    List<Matrix> similarities = List.of(matrixOf(keys), matrixOf(values));

    UnitPermutation found = new UnitMatching(SmallGroups.matcher()).match(group, similarities);

    assertThat(found).isEqualTo(new UnitPermutation(Permutation.of(1, 0), List.of(keys, values)));
    Matrix units = new UnitMatching(SmallGroups.matcher()).units(group, similarities);
    assertThat(units.get(0, 1)).isEqualTo(4);
    assertThat(units.get(0, 0)).isZero();
  }

  /** Similarity 1 of the pairs of a permutation, 0 of others. */
  private static Matrix matrixOf(Permutation permutation) {
    int n = permutation.size();
    double[] values = new double[n * n];
    for (int i = 0; i < n; i++) {
      values[i * n + permutation.get(i)] = 1;
    }
    return Matrix.wrap(n, n, values);
  }

  private static double total(List<Matrix> similarities, UnitPermutation permutation) {
    double total = 0;
    for (int c = 0; c < similarities.size(); c++) {
      Permutation indices = permutation.components().get(c);
      for (int k = 0; k < indices.size(); k++) {
        total += similarities.get(c).get(k, indices.get(k));
      }
    }
    return total;
  }
}
