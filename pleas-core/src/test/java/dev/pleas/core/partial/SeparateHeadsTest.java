package dev.pleas.core.partial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.model.Model;
import dev.pleas.api.model.ParameterLayout;
import dev.pleas.api.model.ParameterLayout.Packed;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.oracle.GraphBuilder;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SeparateHeadsTest {
  private static final List<String> NAMES = List.of("x", "y");
  private final RandomSamples samples = new RandomSamples(1, 5, RandomNetworks.input());

  private static GraphBuilder backbone() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    g.pool("pool", g.conv("conv", GraphBuilder.INPUT, 5, 3, 1));
    return g;
  }

  /** A network with a linear layer for each output. */
  private static Graph network(Map<String, String> nodes, int... classes) {
    GraphBuilder g = backbone();
    int i = 0;
    for (Map.Entry<String, String> output : nodes.entrySet()) {
      g.output(output.getKey(), g.linear(output.getValue(), "pool", classes[i++]));
    }
    return g.build();
  }

  private static Graph plain(int classes) {
    return network(Map.of("logits", "fc"), classes);
  }

  private static Graph merged(int lo, int hi) {
    return network(ordered("lo", "fc.lo", "hi", "fc.hi"), lo, hi);
  }

  private static Graph twoClassifiers(String end, String output, int classes) {
    GraphBuilder g = backbone();
    String sum =
        g.add(
            "sum" + end,
            g.linear("fc1" + end, "pool", classes),
            g.linear("fc2" + end, "pool", classes));
    return g.output(output, g.multiply("half" + end, sum, 0.5)).build();
  }

  /** The backbone's mean, and every head. */
  private Model merge(Model... sources) {
    List<Graph> graphs = List.of(sources).stream().map(Model::graph).toList();
    SeparateHeads heads = SeparateHeads.of(graphs, NAMES);
    List<Model> joined = heads.join(List.of(sources));
    Layouts layouts = new Layouts(heads.graphs().get(0), 2, Map.of(), heads.layouts());
    return heads.split(PartialMerge.merge(joined, layouts));
  }

  /** Refuses another function of any head, for sources with one backbone. */
  private void requireOutputs(Model found, Map<String, Plain> expected) {
    Map<String, Plain> outputs = PlainNetwork.outputs(found, samples);
    assertThat(outputs.keySet()).containsExactlyElementsOf(expected.keySet());
    expected.forEach(
        (name, own) -> {
          assertThat(outputs.get(name).shape()).as(name).isEqualTo(own.shape());
          assertThat(outputs.get(name).distance(own) / own.largest()).as(name).isLessThan(1e-6);
        });
  }

  private Model withBackboneOf(Model first, Graph graph, long seed) {
    Map<String, HostTensor> parameters =
        new LinkedHashMap<>(RandomNetworks.weights(graph, seed, samples).parameters());
    parameters.replaceAll((name, own) -> first.parameters().getOrDefault(name, own));
    return new Model(graph, parameters);
  }

  @Test
  void split_oneOutputEach_namesEverythingAfterTheSources() {
    Model a = RandomNetworks.weights(plain(4), 1, samples);
    Model b = RandomNetworks.weights(plain(3), 2, samples);

    Model split = merge(a, b);

    assertThat(split.graph().outputs()).containsExactlyEntriesOf(ordered("x", "fc.x", "y", "fc.y"));
    assertThat(split.parameters()).doesNotContainKeys("fc.weight", "fc.bias");
    assertThat(split.parameter("fc.x.bias").values()).isEqualTo(a.parameter("fc.bias").values());
    assertThat(split.parameter("fc.y.bias").values()).isEqualTo(b.parameter("fc.bias").values());
  }

  @Test
  void join_mergedAndPlain_areOneGraphUpToTheRows() {
    SeparateHeads heads = SeparateHeads.of(List.of(merged(2, 3), plain(4)), NAMES);

    assertThat(heads.graphs().get(0).nodes()).isEqualTo(plain(4).nodes());
    assertThat(heads.graphs().get(1).nodes()).isEqualTo(plain(4).nodes());
    assertThat(heads.graphs().get(0).parameterShape("fc.weight")).isEqualTo(Shape.of(5, 5));
    assertThat(heads.layouts().get("fc").size(0)).isEqualTo(5);
    assertThat(heads.layouts().get("fc").width()).isEqualTo(9);
  }

  @Test
  void split_mergedAndPlain_keepsEveryHead() {
    Model a = RandomNetworks.weights(merged(2, 3), 1, samples);
    Model b = withBackboneOf(a, plain(4), 2);

    Model split = merge(a, b);

    Map<String, Plain> expected = new LinkedHashMap<>();
    PlainNetwork.outputs(a, samples).forEach((name, own) -> expected.put("x-" + name, own));
    expected.put("y", PlainNetwork.logits(b, samples));
    requireOutputs(split, expected);
    assertThat(split.graph().outputs())
        .containsExactlyEntriesOf(ordered("x-lo", "fc.x-lo", "x-hi", "fc.x-hi", "y", "fc.y"));
    assertThat(split.parameters()).containsKeys("fc.x-lo.weight", "fc.x-hi.bias", "fc.y.weight");
  }

  @Test
  void split_aboveAndAbove_keepsNamesFlat() {
    Model a = RandomNetworks.weights(merged(2, 3), 1, samples);
    Model once = merge(a, withBackboneOf(a, plain(4), 2));

    Model twice = merge(withBackboneOf(a, plain(2), 3), once);

    assertThat(twice.graph().outputs())
        .containsExactlyEntriesOf(
            ordered("x", "fc.x", "y-x-lo", "fc.y-x-lo", "y-x-hi", "fc.y-x-hi", "y-y", "fc.y-y"));
  }

  @Test
  void split_headsOfOtherNames_keepThem() {
    Graph graph = network(ordered("kind", "fc1", "colour", "fc2"), 2, 3);
    Model a = RandomNetworks.weights(graph, 1, samples);

    Model split = merge(a, a);

    assertThat(split.graph().outputs())
        .containsExactlyEntriesOf(
            ordered(
                "x-kind", "fc1.x-kind",
                "x-colour", "fc2.x-colour",
                "y-kind", "fc1.y-kind",
                "y-colour", "fc2.y-colour"));
  }

  @Test
  void split_outputOfTwoLayers_keepsBothOfEachSource() {
    // As a distilled transformer: the mean of two classifiers.
    Model a = RandomNetworks.weights(twoClassifiers("", "logits", 4), 1, samples);
    Model b = withBackboneOf(a, twoClassifiers(".lo", "lo", 3), 2);

    Model split = merge(a, b);

    requireOutputs(
        split, ordered("x", PlainNetwork.logits(a, samples), "y", PlainNetwork.logits(b, samples)));
    assertThat(split.graph().nodes().stream().map(Node::name))
        .contains("fc1.y", "fc2.y", "sum.y", "half.y");
  }

  @Test
  void join_aHeadWithoutBiasBesideOneWithOne_getsZeros() {
    GraphBuilder g = backbone();
    g.output("lo", g.linearWithoutBias("fc.lo", "pool", 2));
    Graph graph = g.output("hi", g.linear("fc.hi", "pool", 3)).build();
    Model a = RandomNetworks.weights(graph, 1, samples);
    Model b = withBackboneOf(a, plain(4), 2);

    Model split = merge(a, b);

    assertThat(split.parameter("fc.x-lo.bias").values()).isEqualTo(new float[2]);
    Map<String, Plain> expected = new LinkedHashMap<>();
    PlainNetwork.outputs(a, samples).forEach((name, own) -> expected.put("x-" + name, own));
    expected.put("y", PlainNetwork.logits(b, samples));
    requireOutputs(split, expected);
  }

  @Test
  void join_headsNamedAlikeThatReadDifferentValues_stayApart() {
    GraphBuilder g = backbone();
    g.output("lo", g.linear("fc.lo", "pool", 2));
    String wide = g.pool("pool2", g.conv("conv2", "conv", 5, 1, 1));
    Model a =
        RandomNetworks.weights(g.output("hi", g.linear("fc.hi", wide, 3)).build(), 1, samples);

    SeparateHeads heads = SeparateHeads.of(List.of(a.graph(), a.graph()), NAMES);
    assertThat(heads.nodes()).containsExactlyInAnyOrder("fc.lo", "fc.hi");
    assertThat(heads.graphs().get(0).nodes())
        .containsExactlyInAnyOrderElementsOf(a.graph().nodes());

    Model split = merge(a, a);

    Map<String, Plain> expected = new LinkedHashMap<>();
    for (String source : NAMES) {
      PlainNetwork.outputs(a, samples)
          .forEach((name, own) -> expected.put(source + "-" + name, own));
    }
    requireOutputs(split, expected);
  }

  @Test
  void of_namesThatMeet_areRefused() {
    Graph other = network(Map.of("logits", "fc"), 2);
    assertThatThrownBy(
            () -> SeparateHeads.of(List.of(merged(2, 3), other), List.of("net", "net-lo")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "two outputs would be called net-lo, one of them output logits of net-lo; give the"
                + " networks other names");
  }

  @Test
  void layout_hasATensorOfEachHeadForOneOfTheFirstSources() {
    ParameterLayout first =
        new ParameterLayout(
            List.of(
                new Packed("stem.kernel", List.of("conv.weight"), 0, false, 4),
                new Packed("heads.both.weight", List.of("fc1.weight", "fc2.weight"), 1, false, 2)));
    List<Graph> sources = List.of(twoClassifiers("", "logits", 4), twoClassifiers(".lo", "lo", 3));
    Graph merged = network(ordered("x", "a", "y", "b"), 1, 1);

    assertThat(SeparateHeads.layout(merged, sources, first, NAMES).packed())
        .containsExactly(
            new Packed("stem.kernel", List.of("conv.weight"), 0, false, 4),
            new Packed("heads.both.x.weight", List.of("fc1.x.weight", "fc2.x.weight"), 1, false, 2),
            new Packed(
                "heads.both.y.weight", List.of("fc1.y.weight", "fc2.y.weight"), 1, false, 2));
  }

  @Test
  void layout_ofMergedSources_namesTensorsAsThoseOfPlainOnes() {
    ParameterLayout first =
        new ParameterLayout(
            List.of(
                new Packed("classifier.lo.weight", List.of("fc.lo.weight"), 0, false, 2),
                new Packed("classifier.hi.weight", List.of("fc.hi.weight"), 0, false, 2)));
    Graph result = network(ordered("x-lo", "a", "x-hi", "b", "y", "c"), 1, 1, 1);

    assertThat(SeparateHeads.layout(result, List.of(merged(2, 3), plain(4)), first, NAMES).packed())
        .containsExactly(
            new Packed("classifier.x-lo.weight", List.of("fc.x-lo.weight"), 0, false, 2),
            new Packed("classifier.x-hi.weight", List.of("fc.x-hi.weight"), 0, false, 2),
            new Packed("classifier.y.weight", List.of("fc.y.weight"), 0, false, 2));
  }

  @Test
  void layout_sharedHeads_isTheFirstSources() {
    ParameterLayout first =
        new ParameterLayout(List.of(new Packed("w", List.of("fc.weight"), 0, false, 2)));
    assertThat(SeparateHeads.layout(plain(4), List.of(plain(4), plain(4)), first, NAMES))
        .isEqualTo(first);
  }

  @SuppressWarnings("unchecked")
  private static <V> Map<String, V> ordered(Object... entries) {
    Map<String, V> map = new LinkedHashMap<>();
    for (int i = 0; i < entries.length; i += 2) {
      map.put((String) entries[i], (V) entries[i + 1]);
    }
    return map;
  }
}
