package dev.pleas.core.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.Axis;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.core.oracle.Family;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.core.symmetry.Symmetry;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** With twice the budget every unit is apart, and the merged network is the ensemble, exactly. */
class EnsembleLawsTest {
  /**
   * The same float32 weights in the same places, compared in float64: sums are taken in another
   * order, and halves are exact.
   */
  private static final double TOLERANCE = 1e-13;

  /** The bias of a shared head is a mean, rounded to float32 once. */
  private static final double SHARED_TOLERANCE = 1e-7;

  /** Networks all of whose units can be apart. */
  @Provide
  Arbitrary<Family> divisible() {
    return Arbitraries.of(Family.RESNET, Family.MOBILENET);
  }

  @Property(tries = 4)
  void merge_withTwiceTheBudget_hasTheMeanLogits(
      @ForAll @IntRange(max = 10_000) int seed, @ForAll("divisible") Family family) {
    RandomSamples samples = family.samples(seed, 20);
    Graph graph = family.graph(seed, 4);
    Model a = family.weights(graph, seed, samples);
    Model b = family.weights(graph, seed + 1, samples);

    MergeResult merged = Merging.merge(a, b, samples, "budget", "2");

    Plain mean = PlainNetwork.logits(a, samples).plus(PlainNetwork.logits(b, samples)).times(0.5);
    Plain logits = PlainNetwork.logits(merged.model(), samples);
    assertThat(merged.model().graph().outputs()).containsOnlyKeys("logits");
    assertThat(logits.distance(mean) / mean.largest()).isLessThan(SHARED_TOLERANCE);
    assertThat(merged.report().cost().flops()).isLessThanOrEqualTo(2);
    assertBlocks(a, b, merged);
  }

  @Property(tries = 4)
  void merge_withTwiceTheBudgetAndTwoHeads_hasBothNetworksLogits(
      @ForAll @IntRange(max = 10_000) int seed, @ForAll("divisible") Family family) {
    RandomSamples samples = family.samples(seed, 20);
    Model a = family.weights(family.graph(seed, 4), seed, samples);
    Model b = family.weights(family.graph(seed, 3), seed + 1, samples);

    MergeResult merged = Merging.merge(a, b, samples, "budget", "2");

    Map<String, Plain> outputs = PlainNetwork.outputs(merged.model(), samples);
    assertThat(outputs).containsOnlyKeys("a", "b");
    Map.of("a", a, "b", b)
        .forEach(
            (name, source) -> {
              Plain own = PlainNetwork.logits(source, samples);
              assertThat(outputs.get(name).shape()).isEqualTo(own.shape());
              assertThat(outputs.get(name).distance(own) / own.largest()).isLessThan(TOLERANCE);
            });
  }

  /**
   * Of every parameter whose first axis moves, A's rows over A's columns are A's own bits, B's rows
   * over B's columns B's in the matched order, and the rest is zero.
   */
  private static void assertBlocks(Model a, Model b, MergeResult merged) {
    PermutationSpec spec = Symmetry.derive(a.graph());
    Map<Axis, Group> groups = spec.byAxis();
    Map<String, List<Integer>> partners = new HashMap<>();
    for (MergeReport.Group group : merged.report().groups()) {
      assertThat(group.merged()).isZero();
      assertThat(group.width()).isEqualTo(2 * group.size());
      partners.put(group.name(), group.sources().get(1).permutation());
    }
    int compared = 0;
    for (String name : a.parameters().keySet()) {
      Group rows = groups.get(new Axis(name, 0));
      Group columns = groups.get(new Axis(name, 1));
      if (rows == null) {
        continue;
      }
      Plain found = Plain.of(merged.model().parameter(name));
      Plain expectedA = Plain.of(a.parameter(name));
      Plain expectedB = Plain.of(b.parameter(name)).gather(0, indices(partners.get(rows.name())));
      int d = rows.size();
      Plain ownA = found.gather(0, range(0, d));
      Plain ownB = found.gather(0, range(d, 2 * d));
      if (columns != null) {
        int c = columns.size();
        assertThat(ownA.gather(1, range(c, 2 * c)).largest()).as(name).isZero();
        assertThat(ownB.gather(1, range(0, c)).largest()).as(name).isZero();
        ownA = ownA.gather(1, range(0, c));
        ownB = ownB.gather(1, range(c, 2 * c));
        expectedB = expectedB.gather(1, indices(partners.get(columns.name())));
      }
      assertThat(ownA.values()).as(name).isEqualTo(expectedA.values());
      assertThat(ownB.values()).as(name).isEqualTo(expectedB.values());
      compared++;
    }
    assertThat(compared).isGreaterThan(10);
  }

  private static int[] range(int from, int to) {
    return IntStream.range(from, to).toArray();
  }

  private static int[] indices(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).toArray();
  }
}
