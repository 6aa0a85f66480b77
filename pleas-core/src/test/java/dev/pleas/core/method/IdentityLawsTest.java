package dev.pleas.core.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.core.symmetry.Permuted;
import dev.pleas.core.symmetry.Symmetry;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import dev.pleas.tck.reference.ReferenceBackend;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Merging a network with itself, in whatever order its units stand, gives that network. */
class IdentityLawsTest {
  /**
   * Weights are the solution of the normal equations rounded to float32 (6e-8), with moments of
   * float32 values: each rounding is amplified along directions in which the inputs hardly vary, at
   * most by the ridge of 1e-4 of their mean square to 1e4, which random data does not come near.
   * Where products are exact that leaves 1e-6 (measured 2e-6), where they are added in float32 over
   * the rows of a batch 1e-4 (measured 8e-5); a wrong statistic or pairing shows at 1e-1. The
   * function changes less: it hardly depends on those directions.
   */
  private enum Backend {
    NAIVE(5e-5, 5e-6),
    EJML(2e-3, 2e-4);

    private final double weightTolerance;
    private final double logitTolerance;

    Backend(double weightTolerance, double logitTolerance) {
      this.weightTolerance = weightTolerance;
      this.logitTolerance = logitTolerance;
    }

    MergeResult merge(Model a, Model b, RandomSamples samples, String... settings) {
      try (TensorBackend backend = this == NAIVE ? new ReferenceBackend() : Merging.backend()) {
        return Merging.merge(backend, a, b, samples, settings);
      }
    }
  }

  @Property(tries = 4)
  void merge_withItself_isTheSameNetwork(
      @ForAll @IntRange(max = 10_000) int seed, @ForAll Backend backend) {
    RandomSamples samples = new RandomSamples(seed, 40, RandomNetworks.input());
    Model a = network(seed, samples);

    MergeResult merged = backend.merge(a, a, samples);

    assertThat(merged.report().groups()).isNotEmpty();
    assertThat(merged.report().groups())
        .allSatisfy(
            group -> assertThat(permutation(group)).isEqualTo(Permutation.identity(group.size())));
    assertSameWeights(merged.model(), a, backend);
    assertSameLogits(merged.model(), a, samples, backend);
  }

  @Property(tries = 4)
  void merge_withItselfPermuted_findsTheInverseAndTheNetwork(
      @ForAll @IntRange(max = 10_000) int seed, @ForAll Backend backend) {
    RandomSamples samples = new RandomSamples(seed, 40, RandomNetworks.input());
    Model a = network(seed, samples);
    PermutationSpec spec = Symmetry.derive(a.graph());
    Map<String, Permutation> applied = Permuted.random(spec, new SplittableRandom(seed + 1));
    Model b = Permuted.apply(a, spec, applied);

    for (String similarity : new String[] {"correlation", "distance"}) {
      MergeResult merged = backend.merge(a, b, samples, "similarity", similarity);

      // Unit i of b is unit p[i] of a, so unit i of a goes with unit p⁻¹[i] of b.
      assertThat(merged.report().groups()).hasSameSizeAs(spec.groups());
      for (MergeReport.Group group : merged.report().groups()) {
        assertThat(permutation(group)).isEqualTo(applied.get(group.name()).inverse());
        assertThat(group.similarityAfter()).isGreaterThan(group.similarityBefore());
      }
      assertSameWeights(merged.model(), a, backend);
      assertSameLogits(merged.model(), a, samples, backend);
    }
  }

  @Property(tries = 3)
  void merge_withItselfPartly_isStillTheSameFunction(
      @ForAll @IntRange(max = 10_000) int seed, @ForAll Backend backend) {
    RandomSamples samples = new RandomSamples(seed, 40, RandomNetworks.input());
    Model a = network(seed, samples);
    PermutationSpec spec = Symmetry.derive(a.graph());
    Map<String, Permutation> applied = Permuted.random(spec, new SplittableRandom(seed + 1));
    Model b = Permuted.apply(a, spec, applied);

    for (String refit : new String[] {"merged", "sources", "none"}) {
      MergeResult merged = backend.merge(a, b, samples, "budget", "1.4", "refit", refit);

      assertThat(merged.report().groups())
          .anySatisfy(group -> assertThat(group.width()).isGreaterThan(group.size()));
      assertSameLogits(merged.model(), a, samples, backend);
    }
  }

  private static Model network(int seed, RandomSamples samples) {
    return RandomNetworks.weights(RandomNetworks.resNet(seed, 4), seed, samples);
  }

  private static Permutation permutation(MergeReport.Group group) {
    return Permutation.of(group.permutation().stream().mapToInt(Integer::intValue).toArray());
  }

  private static void assertSameWeights(Model found, Model expected, Backend backend) {
    assertThat(found.parameters().keySet()).isEqualTo(expected.parameters().keySet());
    for (String name : expected.parameters().keySet()) {
      Plain weight = Plain.of(expected.parameter(name));
      assertThat(found.parameter(name).shape()).as(name).isEqualTo(weight.shape());
      assertThat(Plain.of(found.parameter(name)).distance(weight) / weight.largest())
          .as(name)
          .isLessThan(backend.weightTolerance);
    }
  }

  private static void assertSameLogits(
      Model found, Model expected, RandomSamples samples, Backend backend) {
    Plain logits = PlainNetwork.logits(expected, samples);
    Plain again = PlainNetwork.logits(found, samples);
    assertThat(Arrays.stream(logits.values()).distinct().count()).isGreaterThan(1);
    assertThat(again.distance(logits) / logits.largest()).isLessThan(backend.logitTolerance);
  }
}
