package dev.pleas.core.symmetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.core.oracle.Family;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class PermutedLawsTest {
  /** In float64 a sum in another order differs by its rounding alone. */
  private static final double TOLERANCE = 1e-12;

  @Property(tries = 20)
  void apply_eachGroupAloneAndAllTogether_leavesOutputsUnchanged(
      @ForAll @IntRange(max = 10_000) int seed, @ForAll Family family) {
    RandomSamples samples = family.samples(seed, 4);
    Model model = family.weights(family.graph(seed, 4), seed, samples);
    PermutationSpec spec = Symmetry.derive(model.graph());
    Plain logits = PlainNetwork.logits(model, samples);
    Map<String, UnitPermutation> all = Permuted.random(spec, new SplittableRandom(seed));
    assertThat(all).hasSameSizeAs(spec.groups()).hasSizeGreaterThanOrEqualTo(3);

    for (Group group : spec.groups()) {
      Map<String, UnitPermutation> one = Map.of(group.name(), all.get(group.name()));
      assertSame(PlainNetwork.logits(Permuted.apply(model, spec, one), samples), logits);
    }
    assertSame(PlainNetwork.logits(Permuted.apply(model, spec, all), samples), logits);
  }

  @Property(tries = 10)
  void apply_permutationThenInverse_givesBackEveryBit(
      @ForAll @IntRange(max = 10_000) int seed, @ForAll Family family) {
    RandomSamples samples = family.samples(seed, 2);
    Model model = family.weights(family.graph(seed, 4), seed, samples);
    PermutationSpec spec = Symmetry.derive(model.graph());
    Map<String, UnitPermutation> all = Permuted.random(spec, new SplittableRandom(seed));
    Map<String, UnitPermutation> back = new LinkedHashMap<>();
    all.forEach((name, p) -> back.put(name, p.inverse()));

    Model again = Permuted.apply(Permuted.apply(model, spec, all), spec, back);

    model
        .parameters()
        .forEach(
            (name, tensor) ->
                assertThat(again.parameter(name).values()).as(name).isEqualTo(tensor.values()));
  }

  private static void assertSame(Plain found, Plain expected) {
    assertThat(found.distance(expected) / expected.largest()).isLessThan(TOLERANCE);
  }
}
