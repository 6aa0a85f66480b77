package dev.pleas.api.permutation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class PermutationLawsTest {
  @Provide
  Arbitrary<Permutation> five() {
    return Arbitraries.longs().map(seed -> Permutation.random(5, new SplittableRandom(seed)));
  }

  @Property
  void inverse_composedOnEitherSide_isTheIdentity(@ForAll("five") Permutation p) {
    assertThat(p.then(p.inverse()).isIdentity()).isTrue();
    assertThat(p.inverse().then(p)).isEqualTo(Permutation.identity(5));
    assertThat(p.inverse().inverse()).isEqualTo(p).hasSameHashCodeAs(p);
  }

  @Property
  void then_isAssociativeWithTheIdentityAsUnit(
      @ForAll("five") Permutation p, @ForAll("five") Permutation q, @ForAll("five") Permutation r) {
    assertThat(p.then(q).then(r)).isEqualTo(p.then(q.then(r)));
    assertThat(p.then(Permutation.identity(5))).isEqualTo(p);
    assertThat(Permutation.identity(5).then(p)).isEqualTo(p);
    assertThat(p.then(q).inverse()).isEqualTo(q.inverse().then(p.inverse()));
  }

  @Property
  void then_isApplyingThisFirst(@ForAll("five") Permutation p, @ForAll("five") Permutation q) {
    int[] letters = {10, 11, 12, 13, 14};

    assertThat(apply(p.then(q), letters)).isEqualTo(apply(q, apply(p, letters)));
  }

  /** out[i] = in[p[i]]. */
  private static int[] apply(Permutation p, int[] in) {
    int[] out = new int[in.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = in[p.get(i)];
    }
    return out;
  }

  @Property(tries = 200)
  void random_anySize_isAPermutation(@ForAll @IntRange(max = 40) int n, @ForAll long seed) {
    Permutation p = Permutation.random(n, new SplittableRandom(seed));

    assertThat(p.size()).isEqualTo(n);
    assertThat(Permutation.of(p.toArray())).isEqualTo(p);
  }

  @Example
  void random_ofThree_reachesAllSix() {
    SplittableRandom random = new SplittableRandom(1);
    assertThat(
            java.util.stream.Stream.generate(() -> Permutation.random(3, random))
                .limit(200)
                .distinct())
        .hasSize(6);
  }

  @Example
  void of_arrays_areCopied() {
    int[] map = {1, 0};
    Permutation p = Permutation.of(map);
    map[0] = 7;
    p.toArray()[1] = 7;

    assertThat(p).hasToString("[1, 0]").isEqualTo(Permutation.of(1, 0));
    assertThat(p.isIdentity()).isFalse();
    assertThat(Permutation.of().isIdentity()).isTrue();
  }

  @Example
  void of_whatIsNoPermutation_namesTheFirstWrongEntry() {
    assertRefused("not a permutation of 0 … 2: entry 2 is 1, which occurs twice", 0, 1, 1);
    assertRefused("not a permutation of 0 … 2: entry 1 is 3, which is out of range", 0, 3, 1);
    assertRefused("not a permutation of 0 … 1: entry 0 is -1, which is out of range", -1, 0);
  }

  private static void assertRefused(String message, int... map) {
    assertThatThrownBy(() -> Permutation.of(map))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Example
  void then_ofAnotherSize_isRefused() {
    assertThatThrownBy(() -> Permutation.identity(2).then(Permutation.identity(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("permutations of 2 and 3 elements do not compose");
  }
}
