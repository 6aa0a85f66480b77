package dev.pleas.core.normalization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.data.Samples;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.MergeReport.Normalization;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.oracle.GraphBuilder;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.core.partial.BlockLayout;
import dev.pleas.core.partial.Layouts;
import dev.pleas.core.symmetry.Symmetry;
import dev.pleas.tck.reference.ReferenceBackend;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VarianceRatiosTest {
  private static final Shape INPUT = Shape.of(1, 1, 1);

  /** Weights, normalized: the variance of unit i is weights[i]² times the data's. */
  private static Graph graph(int width) {
    GraphBuilder g = new GraphBuilder(INPUT);
    String x = g.norm("bn", g.conv("conv", GraphBuilder.INPUT, width, 1, 1));
    return g.output("logits", g.linear("fc", g.pool("pool", g.relu("relu", x)), 1)).build();
  }

  private static Model model(float... weights) {
    Graph graph = graph(weights.length);
    Map<String, HostTensor> parameters = new HashMap<>();
    graph
        .parameters()
        .forEach(
            (name, shape) -> {
              float[] values = new float[(int) shape.elements()];
              Arrays.fill(values, 1);
              parameters.put(name, HostTensor.wrap(shape, values));
            });
    parameters.put("conv.weight", HostTensor.wrap(Shape.of(weights.length, 1, 1, 1), weights));
    return new Model(graph, parameters);
  }

  private static List<Normalization> measure(
      Model a, Model b, BlockLayout layout, Model initial, Model merged, Samples samples) {
    return measure(List.of(a, b), layout, initial, merged, samples);
  }

  private static List<Normalization> measure(
      List<Model> sources, BlockLayout layout, Model initial, Model merged, Samples samples) {
    Graph graph = sources.get(0).graph();
    Map<Component, BlockLayout> components = new HashMap<>();
    for (Group group : Symmetry.derive(graph).groups()) {
      group.components().forEach(component -> components.put(component, layout));
    }
    assertThat(components).isNotEmpty();
    Layouts layouts = new Layouts(graph, sources.size(), components, Map.of());
    try (TensorBackend backend = new ReferenceBackend()) {
      return new VarianceRatios(graph, layouts, new Batches(samples, 7), backend, 1 << 20)
          .measure(sources, initial, merged, Progress.NONE);
    }
  }

  /** A's unit 0 is merged with B's unit 1; A's unit 1 and B's unit 0 are kept apart. */
  private static final BlockLayout PARTIAL =
      BlockLayout.of(new int[] {0, 1, -1}, new int[] {1, -1, 0});

  @Test
  void measure_unitsThatCancel_collapseAndTheOthersDoNot() {
    List<Normalization> found =
        measure(
            model(1, 2),
            model(3, -1),
            PARTIAL,
            model(0, 2, 3),
            model(0.5f, 2, 6),
            new RandomSamples(1, 40, INPUT));

    assertThat(found).hasSize(1);
    Normalization bn = found.get(0);
    assertThat(bn.name()).isEqualTo("bn");
    assertThat(bn.units()).isEqualTo(3);
    // Ratios 0, 1, 1 before; 1/4, 1, 4 after, exact in float32 up to the rounding of products.
    assertThat(bn.before().min()).isZero();
    assertThat(bn.before().lowerQuartile()).isCloseTo(0.5, within(1e-6));
    assertThat(bn.before().median()).isCloseTo(1, within(1e-6));
    assertThat(bn.before().max()).isCloseTo(1, within(1e-6));
    assertThat(bn.after().min()).isCloseTo(0.25, within(1e-6));
    assertThat(bn.after().median()).isCloseTo(1, within(1e-6));
    assertThat(bn.after().max()).isCloseTo(4, within(1e-6));
  }

  @Test
  void measure_mergedPair_isComparedWithTheMeanOfBothVariances() {
    // (1² + 7²) / 2 = 25
    List<Normalization> found =
        measure(
            model(1, 2),
            model(3, 7),
            PARTIAL,
            model(4, 2, 3),
            model(5, 2, 3),
            new RandomSamples(2, 40, INPUT));

    assertThat(found.get(0).before().min()).isCloseTo(16 / 25.0, within(1e-6));
    assertThat(found.get(0).after().min()).isCloseTo(1, within(1e-6));
  }

  @Test
  void measure_threeSources_areComparedWithTheMeanOfAllThree() {
    // (1² + 2² + 5²) / 3 = 10
    List<Normalization> found =
        measure(
            List.of(model(1, 1), model(2, 1), model(5, 1)),
            BlockLayout.shared(3, 2),
            model(3, 1),
            model(5, 1),
            new RandomSamples(5, 40, INPUT));

    assertThat(found.get(0).before().min()).isCloseTo(0.9, within(1e-6));
    assertThat(found.get(0).after().max()).isCloseTo(2.5, within(1e-6));
  }

  @Test
  void measure_unitsThatNeverVary_areLeftOut() {
    Samples samples = new RandomSamples(3, 40, INPUT);
    assertThat(
            measure(model(0, 2), model(3, 0), PARTIAL, model(5, 2, 3), model(5, 2, 3), samples)
                .get(0)
                .units())
        .isEqualTo(2);
    assertThat(measure(model(0, 0), model(0, 0), PARTIAL, model(1, 1, 1), model(1, 1, 1), samples))
        .isEmpty();
  }

  @Test
  void spreadSamples_ofMore_areEvenlySpread() {
    Samples all = new RandomSamples(4, 1000, INPUT);
    Samples some = SpreadSamples.of(all, 4);

    assertThat(some.count()).isEqualTo(4);
    assertThat(some.read(1, 3).shape()).isEqualTo(Shape.of(2, 1, 1, 1));
    assertThat(some.read(1, 3).values())
        .containsExactly(all.read(250, 251).values()[0], all.read(500, 501).values()[0]);
    assertThat(SpreadSamples.of(all, 1000)).isSameAs(all);
  }
}
