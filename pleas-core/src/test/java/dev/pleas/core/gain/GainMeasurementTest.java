package dev.pleas.core.gain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.core.alignment.ActivationMatching;
import dev.pleas.core.budget.GroupGains;
import dev.pleas.core.method.Merging;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.core.oracle.RandomTransformers;
import dev.pleas.core.partial.Layouts;
import dev.pleas.core.symmetry.Permuted;
import dev.pleas.core.symmetry.Symmetry;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GainMeasurementTest {
  private static GroupGains gains(
      List<Model> sources, RandomSamples samples, List<UnitPermutation> order, Group only) {
    PermutationSpec spec = Symmetry.derive(sources.get(0).graph());
    try (TensorBackend backend = Merging.backend()) {
      GroupGains gains =
          new GainMeasurement(
                  sources,
                  ActivationMatching.taps(sources.get(0).graph(), spec),
                  (group, merged) ->
                      Layouts.of(
                          group,
                          group.equals(only)
                              ? order
                              : Collections.nCopies(
                                  sources.size(), UnitPermutation.identity(group)),
                          new double[group.size()],
                          merged),
                  new Batches(samples, 16),
                  Merging.tools(backend),
                  true)
              .measure(spec.groups(), Progress.NONE);
      assertThat(backend.memoryBytes()).as("left on the backend").isZero();
      return gains;
    }
  }

  private static GroupGains gains(List<Model> sources, RandomSamples samples) {
    return gains(sources, samples, List.of(), null);
  }

  @Test
  void measure_equalNetworks_gainNothing() {
    RandomSamples samples = new RandomSamples(5, 64, RandomNetworks.input());
    Graph graph = RandomNetworks.resNet(5, 4);
    Model a = RandomNetworks.weights(graph, 6, samples);

    // What is left is the ridge's and of float32.
    assertThat(gains(List.of(a, a, a), samples).most()).isLessThan(1e-5);
  }

  @Test
  void measure_otherNetworks_gainOfEveryGroup() {
    RandomSamples samples = new RandomSamples(5, 64, RandomNetworks.input());
    Graph graph = RandomNetworks.resNet(5, 4);
    Model a = RandomNetworks.weights(graph, 6, samples);
    Model b = RandomNetworks.weights(graph, 7, samples);
    GroupGains gains = gains(List.of(a, b), samples);

    for (Group group : Symmetry.derive(graph).groups()) {
      double[] of = gains.of(group);
      assertThat(of[group.size()]).as(group.name()).isGreaterThan(1e-4);
    }
  }

  @Test
  void measure_oneGroupPermuted_gainsThereAlone() {
    RandomSamples samples = new RandomSamples(5, 64, RandomTransformers.input());
    Graph graph = RandomTransformers.vit(5, 4);
    Model a = RandomTransformers.weights(graph, 6);
    PermutationSpec spec = Symmetry.derive(graph);
    // Heads of attention: nothing but the right order undoes a permutation of them.
    Group heads =
        spec.groups().stream().filter(g -> g.components().size() > 1).findFirst().orElseThrow();
    UnitPermutation random = UnitPermutation.random(heads, new java.util.SplittableRandom(1));
    Model b = Permuted.apply(a, spec, Map.of(heads.name(), random));

    GroupGains gains = gains(List.of(a, b), samples);

    assertThat(gains.of(heads)[heads.size()]).isGreaterThan(1e-4);
    for (Group group : spec.groups()) {
      if (!group.equals(heads)) {
        assertThat(gains.of(group)[group.size()]).as(group.name()).isLessThan(1e-5);
      }
    }
    List<UnitPermutation> order = List.of(UnitPermutation.identity(heads), random.inverse());
    assertThat(gains(List.of(a, b), samples, order, heads).most()).isLessThan(1e-5);
  }
}
