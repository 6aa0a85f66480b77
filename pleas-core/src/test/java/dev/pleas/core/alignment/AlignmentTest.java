package dev.pleas.core.alignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.core.method.Merging;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.moments.JointMoments;
import dev.pleas.core.oracle.Family;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.core.symmetry.Permuted;
import dev.pleas.core.symmetry.Symmetry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Laws of alignments of any number of networks, by whatever evidence. */
class AlignmentTest {
  private static List<Model> models(Family family, int seed, int count, RandomSamples samples) {
    Graph graph = family.graph(seed, 4);
    return IntStream.range(0, count)
        .mapToObj(s -> family.weights(graph, 100 * seed + s, samples))
        .toList();
  }

  private static List<GroupAlignment> align(
      List<Model> models, RandomSamples samples, Alignment alignment) {
    PermutationSpec spec = Symmetry.derive(models.get(0).graph());
    try (TensorBackend backend = Merging.backend()) {
      Map<String, JointMoments> moments =
          alignment.evidence().needsActivations()
              ? ActivationMatching.moments(
                  models, spec, new Batches(samples, 8), backend, Progress.NONE)
              : Map.of();
      return alignment.align(models, spec, moments, Set.of(), Merging.tools(backend));
    }
  }

  private static Alignment by(Evidence evidence) {
    return new Alignment(evidence, Similarity.DISTANCE, 0.5, 3);
  }

  @Property(tries = 30)
  void align_networksInAnotherOrder_matchesTheSameSets(
      @ForAll Family family,
      @ForAll Evidence evidence,
      @ForAll @IntRange(min = 2, max = 4) int count,
      @ForAll @IntRange(max = 1_000) int seed) {
    RandomSamples samples = family.samples(seed, 16);
    List<Model> models = models(family, seed, count, samples);
    Permutation order = Permutation.random(count, new SplittableRandom(seed + 7L));
    List<Model> turned = IntStream.of(order.toArray()).mapToObj(models::get).toList();

    List<GroupAlignment> found = align(models, samples, by(evidence));
    List<GroupAlignment> again = align(turned, samples, by(evidence));

    assertThat(found).hasSizeGreaterThan(2);
    for (int g = 0; g < found.size(); g++) {
      List<UnitPermutation> p = found.get(g).permutations();
      List<UnitPermutation> q = again.get(g).permutations();
      UnitPermutation toReference = q.get(order.inverse().get(0)).inverse();
      for (int s = 0; s < count; s++) {
        assertThat(q.get(s).then(toReference)).isEqualTo(p.get(order.get(s)));
      }
      assertThat(again.get(g).meanAfter())
          .isCloseTo(found.get(g).meanAfter(), within(1e-6 * Math.abs(found.get(g).meanAfter())));
      assertThat(again.get(g).meanBefore())
          .isCloseTo(found.get(g).meanBefore(), within(1e-6 * scale(found.get(g))));
    }
  }

  private static double scale(GroupAlignment alignment) {
    return 1
        + alignment.similarities().values().stream()
            .flatMapToDouble(matrix -> java.util.Arrays.stream(matrix.values()))
            .map(Math::abs)
            .max()
            .orElse(0);
  }

  @Property(tries = 20)
  void align_anyCycleOfNetworks_isTheIdentity(
      @ForAll Evidence evidence, @ForAll @IntRange(max = 1_000) int seed) {
    RandomSamples samples = Family.RESNET.samples(seed, 8);
    List<Model> models = models(Family.RESNET, seed, 3, samples);
    for (GroupAlignment alignment : align(models, samples, by(evidence))) {
      List<UnitPermutation> p = alignment.permutations();
      assertThat(p.get(0).isIdentity()).isTrue();
      // Unit i of network s goes with unit (p_s⁻¹ then p_t)[i] of network t.
      UnitPermutation cycle = step(p, 0, 1).then(UnitPermutation.identity(alignment.group()));
      cycle = compose(cycle, step(p, 1, 2));
      cycle = compose(cycle, step(p, 2, 0));
      assertThat(cycle.isIdentity()).isTrue();
    }
  }

  private static UnitPermutation step(List<UnitPermutation> p, int s, int t) {
    return p.get(t).then(p.get(s).inverse());
  }

  /** Follows one matching, then the next: i ↦ next[first[i]]. */
  private static UnitPermutation compose(UnitPermutation first, UnitPermutation next) {
    return next.then(first);
  }

  @Property(tries = 20)
  void align_matched_isTheMeanSimilarityOfThePairsInTheirOriginalOrder(
      @ForAll Evidence evidence,
      @ForAll @IntRange(min = 2, max = 4) int count,
      @ForAll @IntRange(max = 1_000) int seed) {
    RandomSamples samples = Family.RESNET.samples(seed, 8);
    List<Model> models = models(Family.RESNET, seed, count, samples);
    for (GroupAlignment alignment : align(models, samples, by(evidence))) {
      for (int u = 0; u < alignment.group().size(); u++) {
        double sum = 0;
        int pairs = 0;
        for (int s = 0; s < count; s++) {
          for (int t = s + 1; t < count; t++, pairs++) {
            sum +=
                alignment
                    .similarities()
                    .get(s, t)
                    .get(
                        alignment.permutations().get(s).units().get(u),
                        alignment.permutations().get(t).units().get(u));
          }
        }
        assertThat(alignment.matched()[u]).isCloseTo(sum / pairs, within(1e-9 * scale(alignment)));
      }
      assertThat(alignment.meanAfter())
          .isGreaterThanOrEqualTo(alignment.meanBefore() - 1e-6 * scale(alignment));
    }
  }

  @Property(tries = 10)
  void align_copiesOfANetwork_areFoundByAnyEvidence(
      @ForAll Family family, @ForAll Evidence evidence, @ForAll @IntRange(max = 1_000) int seed) {
    RandomSamples samples = family.samples(seed, 16);
    Model a = models(family, seed, 1, samples).get(0);
    PermutationSpec spec = Symmetry.derive(a.graph());
    SplittableRandom random = new SplittableRandom(seed);
    List<Map<String, UnitPermutation>> orders =
        List.of(Permuted.random(spec, random), Permuted.random(spec, random));
    List<Model> models = new ArrayList<>(List.of(a));
    orders.forEach(order -> models.add(Permuted.apply(a, spec, order)));

    for (GroupAlignment alignment : align(models, samples, by(evidence))) {
      for (int s = 1; s < 3; s++) {
        assertThat(alignment.permutations().get(s))
            .isEqualTo(orders.get(s - 1).get(alignment.group().name()).inverse());
      }
    }
  }

  @Property(tries = 10)
  void align_bothWithAShareOf0_isByActivations(
      @ForAll Family family, @ForAll @IntRange(max = 1_000) int seed) {
    RandomSamples samples = family.samples(seed, 16);
    List<Model> models = models(family, seed, 2, samples);

    List<GroupAlignment> both =
        align(models, samples, new Alignment(Evidence.BOTH, Similarity.CORRELATION, 0, 1));
    List<GroupAlignment> activations =
        align(models, samples, new Alignment(Evidence.ACTIVATIONS, Similarity.CORRELATION, 0, 1));

    for (int g = 0; g < both.size(); g++) {
      assertThat(both.get(g).permutations()).isEqualTo(activations.get(g).permutations());
    }
  }

  @Property(tries = 6)
  void align_twice_givesTheSame(@ForAll Evidence evidence, @ForAll Family family) {
    RandomSamples samples = family.samples(4, 8);
    List<Model> models = models(family, 4, 3, samples);
    List<GroupAlignment> found = align(models, samples, by(evidence));
    List<GroupAlignment> again = align(models, samples, by(evidence));
    for (int g = 0; g < found.size(); g++) {
      assertThat(again.get(g).permutations()).isEqualTo(found.get(g).permutations());
      assertThat(again.get(g).similarities()).isEqualTo(found.get(g).similarities());
    }
  }

  @Example
  void alignment_ofAShareOutsideZeroToOne_isRefused() {
    assertThatThrownBy(() -> new Alignment(Evidence.BOTH, Similarity.DISTANCE, 1.5, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a share of weights of 1.5");
  }
}
