package dev.pleas.core.alignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.core.moments.SourcePairs;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Sets of matched units of several networks, against every choice there is. */
class SetMatchingTest {
  private static final UnitMatching MATCHING = new UnitMatching(SmallGroups.matcher());

  private static GroupSimilarity random(Group group, int networks, SplittableRandom random) {
    return new GroupSimilarity(
        group,
        group.components().stream()
            .map(
                component -> {
                  int n = group.size() * component.width();
                  return SourcePairs.of(
                      networks,
                      (s, t) -> Matrix.wrap(n, n, random.doubles((long) n * n).toArray()));
                })
            .toList());
  }

  /** Largest total of three networks of single units: the first stays, all else is tried. */
  private static double best(GroupSimilarity similarity) {
    SourcePairs<Matrix> of = similarity.components().get(0);
    double best = Double.NEGATIVE_INFINITY;
    int n = similarity.group().size();
    for (int[] second : Permutations.of(n)) {
      for (int[] third : Permutations.of(n)) {
        double total = 0;
        for (int u = 0; u < n; u++) {
          total +=
              of.get(0, 1).get(u, second[u])
                  + of.get(0, 2).get(u, third[u])
                  + of.get(1, 2).get(second[u], third[u]);
        }
        best = Math.max(best, total);
      }
    }
    return best;
  }

  @Example
  void match_threeNetworksOfRandomSimilarities_isOptimalInMostCasesAndNearlyInAll() {
    SplittableRandom random = new SplittableRandom(1);
    int optimal = 0;
    int cases = 0;
    double worst = 1;
    for (int n = 2; n <= 4; n++) {
      for (int i = 0; i < 200; i++, cases++) {
        GroupSimilarity similarity = random(SmallGroups.group(n, 1), 3, random);
        double found = similarity.total(new SetMatching(MATCHING).match(similarity));
        double best = best(similarity);
        assertThat(found).isLessThanOrEqualTo(best + 1e-12);
        optimal += found > best - 1e-12 ? 1 : 0;
        worst = Math.min(worst, found / best);
      }
    }
    System.out.println("optimal in " + optimal + " of " + cases + ", worst " + worst);
    assertThat(optimal).isGreaterThan(cases * 9 / 10);
    assertThat(worst).isGreaterThan(0.9);
  }

  @Property(tries = 50)
  void match_twoNetworks_isTheAssignment(@ForAll @IntRange(min = 1, max = 5) int n) {
    GroupSimilarity similarity = random(SmallGroups.group(n, 1, 2), 2, new SplittableRandom(n));

    List<UnitPermutation> found = new SetMatching(MATCHING).match(similarity);

    assertThat(found.get(0).isIdentity()).isTrue();
    assertThat(found.get(1))
        .isEqualTo(MATCHING.match(similarity.group(), similarity.between(0, 1)));
  }

  @Property(tries = 50)
  void match_severalNetworks_cannotGainByMovingOne(
      @ForAll @IntRange(min = 3, max = 5) int networks,
      @ForAll @IntRange(min = 1, max = 4) int units,
      @ForAll @IntRange(min = 1, max = 3) int width,
      @ForAll @IntRange(max = 10_000) int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    GroupSimilarity similarity = random(SmallGroups.group(units, width + 1, 1), networks, random);

    List<UnitPermutation> found = new SetMatching(MATCHING).match(similarity);

    double total = similarity.total(found);
    for (int s = 0; s < networks; s++) {
      for (int i = 0; i < 20; i++) {
        List<UnitPermutation> moved = new ArrayList<>(found);
        moved.set(s, UnitPermutation.random(similarity.group(), random));
        assertThat(similarity.total(moved)).isLessThanOrEqualTo(total + 1e-9);
      }
    }
  }

  @Example
  void others_addUpWhatTheOthersHaveAtEachPlace() {
    GroupSimilarity similarity = random(SmallGroups.group(3, 1), 3, new SplittableRandom(5));
    SourcePairs<Matrix> of = similarity.components().get(0);
    List<UnitPermutation> permutations =
        List.of(
            UnitPermutation.of(Permutation.of(1, 2, 0)),
            UnitPermutation.of(Permutation.of(2, 1, 0)),
            UnitPermutation.of(Permutation.of(0, 2, 1)));

    Matrix others = similarity.others(1, permutations).get(0);

    // At place 0 are units 1, 2 and 0, at place 2 units 0, 0 and 1.
    assertThat(others.get(0, 2))
        .isCloseTo(of.get(0, 1).get(1, 0) + of.get(1, 2).get(0, 0), within(1e-15));
    assertThat(similarity.totals(permutations)[2])
        .isCloseTo(
            of.get(0, 1).get(0, 0) + of.get(0, 2).get(0, 1) + of.get(1, 2).get(0, 1),
            within(1e-15));
  }

  @Example
  void spread_ofSumsOfRowsAndColumns_isZeroAndScalesWithTheRest() {
    double[] sums = {1 + 4, 1 + 5, 2 + 4, 2 + 5};
    GroupSimilarity flat = of(sums);
    assertThat(flat.spread()).isCloseTo(0, within(1e-15));

    // What is left of one entry of 4 among four is ±1 everywhere.
    GroupSimilarity one = of(4, 0, 0, 0);
    assertThat(one.spread()).isCloseTo(1, within(1e-15));
    assertThat(one.times(3).plus(flat).spread()).isCloseTo(3, within(1e-14));
  }

  private static GroupSimilarity of(double... values) {
    return new GroupSimilarity(
        SmallGroups.group(2, 1), List.of(new SourcePairs<>(2, List.of(Matrix.wrap(2, 2, values)))));
  }
}
