package dev.pleas.core.partial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.oracle.GraphBuilder;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.core.symmetry.Symmetry;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PartialMergeTest {
  private final RandomSamples samples = new RandomSamples(1, 5, RandomNetworks.input());

  /** Merges a share of each group under a random permutation. */
  private static Layouts layouts(Model a, double share) {
    PermutationSpec spec = Symmetry.derive(a.graph());
    SplittableRandom random = new SplittableRandom(9);
    Map<Component, BlockLayout> components = new LinkedHashMap<>();
    for (Group group : spec.groups()) {
      int d = group.size();
      components.putAll(
          Layouts.of(
              group,
              List.of(UnitPermutation.identity(group), UnitPermutation.random(group, random)),
              random.doubles(d).toArray(),
              (int) (share * d)));
    }
    return new Layouts(a.graph(), 2, components, Map.of());
  }

  private static Graph depthwise() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.relu("relu1", g.norm("bn1", g.conv("expand", GraphBuilder.INPUT, 5, 1, 1)));
    x = g.relu("relu2", g.norm("bn2", g.conv("depthwise", x, 5, 3, 1, 5, true)));
    return g.output("logits", g.linear("fc", g.pool("pool", x), 3)).build();
  }

  @Test
  void merge_depthwiseConvolution_hasAsManyGroupsAsChannels() {
    Model a = RandomNetworks.weights(depthwise(), 1, samples);
    Model b = RandomNetworks.weights(depthwise(), 2, samples);

    Model merged = PartialMerge.merge(List.of(a, b), layouts(a, 0.4));

    Node node = merged.graph().nodes().get(3);
    assertThat(node.name()).isEqualTo("depthwise");
    assertThat(((Op.Conv2d) node.op()).groups()).isEqualTo(8);
    assertThat(merged.graph().parameterShape("depthwise.weight")).isEqualTo(Shape.of(8, 1, 3, 3));
    assertThat(PlainNetwork.logits(merged, samples).shape()).isEqualTo(Shape.of(5, 3));
  }

  @Test
  void merge_depthwiseWithEverythingApart_isTheEnsemble() {
    Model a = RandomNetworks.weights(depthwise(), 1, samples);
    Model b = RandomNetworks.weights(depthwise(), 2, samples);

    Model merged = PartialMerge.merge(List.of(a, b), layouts(a, 0));

    Plain mean = PlainNetwork.logits(a, samples).plus(PlainNetwork.logits(b, samples)).times(0.5);
    // The head's bias is rounded to float32 once more.
    assertThat(PlainNetwork.logits(merged, samples).distance(mean) / mean.largest())
        .isLessThan(1e-7);
  }

  @Test
  void merge_groupedConvolution_keepsItsGroups() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.conv("before", GraphBuilder.INPUT, 4, 1, 1);
    // As many groups as outputs, but two inputs each: not a depthwise convolution.
    x = g.relu("relu", g.conv("grouped", x, 2, 3, 1, 2, true));
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", x), 3)).build();
    Model a = RandomNetworks.weights(graph, 1, samples);
    Model b = RandomNetworks.weights(graph, 2, samples);

    Model merged = PartialMerge.merge(List.of(a, b), layouts(a, 0.5));

    assertThat(merged.graph().nodes()).isEqualTo(graph.nodes());
    assertThat(merged.graph().parameters()).isEqualTo(graph.parameters());
  }

  @Test
  void heads_outputThatIsNoLinearLayer_isRefused() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    Graph graph = g.output("map", g.conv("conv", GraphBuilder.INPUT, 5, 3, 1)).build();

    assertThatThrownBy(() -> Heads.of(graph))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "output map is made by conv, which is no linear layer: heads can be kept separate only"
                + " where a linear layer makes the output; use heads = shared");
  }
}
