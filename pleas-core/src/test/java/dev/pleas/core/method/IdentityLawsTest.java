package dev.pleas.core.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.core.oracle.Family;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.core.symmetry.Permuted;
import dev.pleas.core.symmetry.Symmetry;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import dev.pleas.tck.reference.ReferenceBackend;
import java.util.Arrays;
import java.util.List;
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

  @Property(tries = 8)
  void merge_withItself_isTheSameNetwork(
      @ForAll @IntRange(max = 10_000) int seed, @ForAll Family family, @ForAll Backend backend) {
    RandomSamples samples = family.samples(seed, 120);
    Model a = family.weights(family.graph(seed, 4), seed, samples);

    MergeResult merged = backend.merge(a, a, samples, "ridge", ridge(family));

    assertThat(merged.report().groups()).isNotEmpty();
    assertThat(merged.report().groups())
        .allSatisfy(
            group ->
                assertThat(permutation(matched(group).permutation()))
                    .isEqualTo(Permutation.identity(group.size())));
    assertSameWeights(merged.model(), a, tolerance(family, backend));
    assertSameLogits(merged.model(), a, samples, backend);
  }

  @Property(tries = 8)
  void merge_withItselfPermuted_findsTheInverseAndTheNetwork(
      @ForAll @IntRange(max = 10_000) int seed, @ForAll Family family, @ForAll Backend backend) {
    RandomSamples samples = family.samples(seed, 120);
    Model a = family.weights(family.graph(seed, 4), seed, samples);
    PermutationSpec spec = Symmetry.derive(a.graph());
    Map<String, UnitPermutation> applied = Permuted.random(spec, new SplittableRandom(seed + 1));
    Model b = Permuted.apply(a, spec, applied);

    for (String similarity : new String[] {"correlation", "distance"}) {
      MergeResult merged =
          backend.merge(a, b, samples, "similarity", similarity, "ridge", ridge(family));

      // Unit i of b is unit p[i] of a, so unit i of a goes with unit p⁻¹[i] of b.
      assertThat(merged.report().groups()).hasSameSizeAs(spec.groups());
      for (MergeReport.Group group : merged.report().groups()) {
        UnitPermutation inverse = applied.get(group.name()).inverse();
        assertThat(permutation(matched(group).permutation())).isEqualTo(inverse.units());
        for (int c = 0; c < matched(group).inside().size(); c++) {
          assertThat(permutation(matched(group).inside().get(c)))
              .isEqualTo(inverse.components().get(c));
        }
        assertThat(group.similarityAfter()).isGreaterThan(group.similarityBefore());
      }
      assertSameWeights(merged.model(), a, tolerance(family, backend));
      assertSameLogits(merged.model(), a, samples, backend);
    }
  }

  @Property(tries = 6)
  void merge_withItselfPartly_isStillTheSameFunction(
      @ForAll @IntRange(max = 10_000) int seed, @ForAll Family family, @ForAll Backend backend) {
    RandomSamples samples = family.samples(seed, 120);
    Model a = family.weights(family.graph(seed, 4), seed, samples);
    PermutationSpec spec = Symmetry.derive(a.graph());
    Map<String, UnitPermutation> applied = Permuted.random(spec, new SplittableRandom(seed + 1));
    Model b = Permuted.apply(a, spec, applied);

    for (String refit : new String[] {"merged", "sources", "none"}) {
      MergeResult merged =
          backend.merge(a, b, samples, "budget", "1.6", "refit", refit, "ridge", ridge(family));

      assertThat(merged.report().groups())
          .anySatisfy(group -> assertThat(group.width()).isGreaterThan(group.size()));
      assertSameLogits(merged.model(), a, samples, backend);
    }
  }

  /** Where b's units are; a's are in reference order. */
  private static MergeReport.Units matched(MergeReport.Group group) {
    return group.sources().get(1);
  }

  private static Permutation permutation(List<Integer> map) {
    return Permutation.of(map.stream().mapToInt(Integer::intValue).toArray());
  }

  /**
   * What a layer normalization makes has a direction in which it does not vary at all: the sum of
   * its channels, each over its scale. What gates and classifiers of MobileNets read are means over
   * positions, which hardly vary from image to image. Along such directions the ridge alone holds
   * the weights, so with a larger one rounding is amplified no more than in other networks.
   */
  private static String ridge(Family family) {
    return family == Family.RESNET ? "0.0001" : "0.01";
  }

  /**
   * Behind the last attention weights are fitted on the class token alone. Its mean over the images
   * is large and its variance small, so where products are rounded to float32 before they are
   * centred, more of that rounding is left, as with the means over positions that MobileNets' gates
   * are made of. Their function does not change more than others'.
   */
  private static double tolerance(Family family, Backend backend) {
    double more = family == Family.RESNET ? 1 : backend == Backend.NAIVE ? 7 : 25;
    return more * backend.weightTolerance;
  }

  private static void assertSameWeights(Model found, Model expected, double tolerance) {
    assertThat(found.parameters().keySet()).isEqualTo(expected.parameters().keySet());
    for (String name : expected.parameters().keySet()) {
      Plain weight = Plain.of(expected.parameter(name));
      assertThat(found.parameter(name).shape()).as(name).isEqualTo(weight.shape());
      // A bias is a difference of means about 1, however small it is itself.
      boolean vector = weight.shape().rank() == 1;
      double size = vector ? Math.max(1, weight.largest()) : weight.largest();
      assertThat(Plain.of(found.parameter(name)).distance(weight) / size)
          .as(name)
          .isLessThan(tolerance);
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
