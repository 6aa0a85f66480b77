package dev.pleas.core.partial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Model;
import dev.pleas.api.model.ParameterLayout;
import dev.pleas.api.model.ParameterLayout.Packed;
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
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PartialMergeTest {
  private final RandomSamples samples = new RandomSamples(1, 5, RandomNetworks.input());

  /** Merges a share of each group under a random permutation. */
  private static Layouts layouts(Model a, Model b, double share, Set<String> heads) {
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
    Map<String, BlockLayout> apart = new LinkedHashMap<>();
    for (String head : heads) {
      apart.put(
          head,
          BlockLayout.apart(a.graph().valueShape(head).dim(0), b.graph().valueShape(head).dim(0)));
    }
    return new Layouts(a.graph(), 2, components, apart);
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

    Model merged = PartialMerge.merge(List.of(a, b), layouts(a, b, 0.4, Set.of()));

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

    Model merged = PartialMerge.merge(List.of(a, b), layouts(a, b, 0, Set.of()));

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

    Model merged = PartialMerge.merge(List.of(a, b), layouts(a, b, 0.5, Set.of()));

    assertThat(merged.graph().nodes()).isEqualTo(graph.nodes());
    assertThat(merged.graph().parameters()).isEqualTo(graph.parameters());
  }

  @Test
  void split_oneOutput_namesEverythingAfterTheSources() {
    Model a = RandomNetworks.weights(RandomNetworks.resNet(1, 4), 1, samples);
    Model b = RandomNetworks.weights(RandomNetworks.resNet(1, 3), 2, samples);
    Layouts layouts = layouts(a, b, 0.5, Set.of("fc"));
    Model merged = PartialMerge.merge(List.of(a, b), layouts);
    assertThat(merged.graph().valueShape("fc")).isEqualTo(Shape.of(7));

    Model split = Heads.split(merged, layouts, Set.of("fc"), List.of("cats", "dogs"));

    assertThat(split.graph().outputs())
        .containsExactlyEntriesOf(orderedMap("cats", "fc.cats", "dogs", "fc.dogs"));
    assertThat(split.parameters()).doesNotContainKeys("fc.weight", "fc.bias");
    assertThat(split.parameter("fc.cats.bias").values()).isEqualTo(a.parameter("fc.bias").values());
    assertThat(split.parameter("fc.dogs.bias").values()).isEqualTo(b.parameter("fc.bias").values());
    Plain together = PlainNetwork.logits(merged, samples);
    Map<String, Plain> own = PlainNetwork.outputs(split, samples);
    assertThat(own.get("cats").values())
        .isEqualTo(together.gather(1, new int[] {0, 1, 2, 3}).values());
    assertThat(own.get("dogs").values())
        .isEqualTo(together.gather(1, new int[] {4, 5, 6}).values());
  }

  @Test
  void split_twoOutputs_namesSourceAndOutput() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String features = g.pool("pool", g.conv("conv", GraphBuilder.INPUT, 5, 3, 1));
    g.output("kind", g.linear("fc1", features, 2));
    g.output("colour", g.linear("fc2", features, 3));
    Model a = RandomNetworks.weights(g.build(), 1, samples);
    Set<String> heads = Heads.of(a.graph());
    assertThat(heads).containsExactlyInAnyOrder("fc1", "fc2");
    Layouts layouts = layouts(a, a, 0.5, heads);

    Model split =
        Heads.split(PartialMerge.merge(List.of(a, a), layouts), layouts, heads, List.of("a", "b"));

    assertThat(split.graph().outputs())
        .containsOnlyKeys("a-kind", "b-kind", "a-colour", "b-colour")
        .containsEntry("a-kind", "fc1.a")
        .containsEntry("b-colour", "fc2.b");
  }

  @Test
  void split_outputOfTwoLayers_keepsBothOfEachSource() {
    // As a distilled transformer: the mean of two classifiers.
    Model a = RandomNetworks.weights(twoClassifiers(4), 1, samples);
    Model b = RandomNetworks.weights(twoClassifiers(3), 2, samples);
    Set<String> heads = Heads.of(a.graph());
    assertThat(heads).containsExactlyInAnyOrder("fc1", "fc2", "sum", "half");
    Layouts layouts = layouts(a, b, 0, heads);

    Model split =
        Heads.split(PartialMerge.merge(List.of(a, b), layouts), layouts, heads, List.of("a", "b"));

    Map<String, Plain> outputs = PlainNetwork.outputs(split, samples);
    assertThat(outputs).containsOnlyKeys("a", "b");
    Map.of("a", a, "b", b)
        .forEach(
            (name, source) -> {
              Plain own = PlainNetwork.logits(source, samples);
              assertThat(outputs.get(name).shape()).isEqualTo(own.shape());
              assertThat(outputs.get(name).distance(own) / own.largest()).isLessThan(1e-6);
            });
  }

  private static Graph twoClassifiers(int classes) {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String features = g.pool("pool", g.conv("conv", GraphBuilder.INPUT, 5, 3, 1));
    String sum =
        g.add("sum", g.linear("fc1", features, classes), g.linear("fc2", features, classes));
    return g.output("logits", g.multiply("half", sum, 0.5)).build();
  }

  @Test
  void split_layout_hasATensorOfEachSourceForOneOfAHead() {
    ParameterLayout layout =
        new ParameterLayout(
            List.of(
                new Packed("stem.kernel", List.of("conv.weight"), 0, false, 4),
                new Packed("heads.both.weight", List.of("fc1.weight", "fc2.weight"), 1, false, 2)));
    Set<String> parameters =
        Set.of(
            "conv.weight",
            "fc1.a.weight",
            "fc1.b.weight",
            "fc2.a.weight",
            "fc2.b.weight",
            "fc.a.x");

    assertThat(Heads.split(layout, parameters, List.of("a", "b")).packed())
        .containsExactly(
            new Packed("stem.kernel", List.of("conv.weight"), 0, false, 4),
            new Packed("heads.both.a.weight", List.of("fc1.a.weight", "fc2.a.weight"), 1, false, 2),
            new Packed(
                "heads.both.b.weight", List.of("fc1.b.weight", "fc2.b.weight"), 1, false, 2));
  }

  @Test
  void split_noHeads_changesNothing() {
    Model a = RandomNetworks.weights(RandomNetworks.resNet(1, 4), 1, samples);
    Model merged = PartialMerge.merge(List.of(a, a), layouts(a, a, 0.5, Set.of()));

    Model same = Heads.split(merged, layouts(a, a, 0.5, Set.of()), Set.of(), List.of("a", "b"));

    assertThat(same.graph().outputs()).isEqualTo(a.graph().outputs());
    assertThat(same.graph().nodes()).isEqualTo(merged.graph().nodes());
    assertThat(same.parameters()).isEqualTo(merged.parameters());
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

  private static Map<String, String> orderedMap(String k1, String v1, String k2, String v2) {
    Map<String, String> map = new LinkedHashMap<>();
    map.put(k1, v1);
    map.put(k2, v2);
    return map;
  }
}
