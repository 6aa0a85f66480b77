package dev.pleas.core.partial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.core.oracle.Family;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is called exact must be so on the values of a plain run. */
class ExactnessTest {
  private final RandomSamples samples = new RandomSamples(1, 4, RandomNetworks.input());

  /** A pooling of the input, linear layers with and without nonlinearities, and a sum. */
  private static Graph graph() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.conv("conv1", g.relu("relu0", g.maxPool("pool0", GraphBuilder.INPUT)), 5, 3, 1);
    String y = g.conv("conv2", x, 5, 1, 1);
    String z = g.relu("relu", g.norm("bn", g.conv("conv3", g.add("add", x, y), 7, 3, 1)));
    return g.output("logits", g.linear("fc", g.pool("pool", z), 3)).build();
  }

  private static Layouts layouts(Graph graph, double share) {
    SplittableRandom random = new SplittableRandom(3);
    Map<Component, BlockLayout> components = new LinkedHashMap<>();
    for (Group group : Symmetry.derive(graph).groups()) {
      int d = group.size();
      List<UnitPermutation> permutations =
          List.of(UnitPermutation.identity(group), UnitPermutation.random(group, random));
      components.putAll(Layouts.of(group, permutations, new double[d], (int) (share * d)));
    }
    return new Layouts(graph, 2, components, Map.of());
  }

  @Test
  void mapped_inputsOfTheFirstLayer_areWhateverIsMerged() {
    for (double share : new double[] {0, 0.5, 1}) {
      Graph graph = graph();
      Exactness exactness = new Exactness(graph, layouts(graph, share));

      assertThat(exactness.mapped(GraphBuilder.INPUT)).isTrue();
      assertThat(exactness.mapped("relu0")).isTrue();
      assertThat(exactness.apart("conv1")).isTrue();
    }
  }

  @Test
  void mapped_meansOfDifferentValues_areNot() {
    Graph graph = graph();
    Exactness exactness = new Exactness(graph, layouts(graph, 1));

    assertThat(exactness.mapped("conv1")).isFalse();
    assertThat(exactness.mapped("add")).isFalse();
    assertThat(exactness.mapped("pool")).isFalse();
  }

  @Test
  void mapped_products_areWhereBothFactorsAreCommon() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String gate = g.hardSigmoid("gate", g.averagePool("means", GraphBuilder.INPUT));
    String common = g.product("common", gate, g.clip("clip", gate, 0, 0.7));
    String other = g.sigmoid("other", g.conv("conv2", g.conv("conv1", gate, 3, 1, 1), 3, 1, 1));
    g.product("first", common, other);
    String second = g.product("second", other, common);
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", second), 3)).build();
    Exactness exactness = new Exactness(graph, layouts(graph, 1));

    assertThat(exactness.mapped(common)).isTrue();
    assertThat(exactness.apart(common)).isTrue();
    for (String value : List.of(other, "first", second)) {
      assertThat(exactness.mapped(value)).as(value).isFalse();
      assertThat(exactness.apart(value)).as(value).isFalse();
    }
  }

  @Test
  void mapped_sums_areWhereBothTermsAreCommon() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String positive = g.relu("positive", GraphBuilder.INPUT);
    String common = g.add("common", positive, GraphBuilder.INPUT);
    String a = g.conv("conv1", GraphBuilder.INPUT, 3, 1, 1);
    String left = g.relu("left", g.conv("conv2", a, 3, 1, 1));
    g.add("second", common, left);
    g.add("first", left, common);
    String sum = g.add("sum", "first", "second");
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", sum), 3)).build();
    Exactness exactness = new Exactness(graph, layouts(graph, 1));

    assertThat(exactness.mapped(common)).isTrue();
    assertThat(exactness.apart(common)).isTrue();
    assertThat(exactness.apart(left)).isFalse();
    for (String value : List.of("first", "second", "sum")) {
      assertThat(exactness.mapped(value)).as(value).isFalse();
      assertThat(exactness.apart(value)).as(value).isFalse();
    }
  }

  @Test
  void everythingApart_isMappedThroughout() {
    Graph graph = graph();
    Exactness exactness = new Exactness(graph, layouts(graph, 0));

    // The head's outputs are nobody's inputs, and shared.
    assertThat(graph.nodes())
        .filteredOn(node -> !node.name().equals("fc"))
        .allMatch(node -> exactness.mapped(node.name()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void apart_whateverItSays_holdsOnTheNetwork(boolean gated) {
    Graph graph = gated ? Family.MOBILENET.graph(4, 3) : graph();
    Model a = RandomNetworks.weights(graph, 1, samples);
    Model b = RandomNetworks.weights(graph, 2, samples);
    Map<String, Plain> inA = PlainNetwork.values(a, samples);
    Map<String, Plain> inB = PlainNetwork.values(b, samples);
    int exact = 0;
    for (double share : new double[] {0, 0.5, 1}) {
      Layouts layouts = layouts(graph, share);
      Model merged = PartialMerge.merge(List.of(a, b), layouts);
      Exactness exactness = new Exactness(merged.graph(), layouts);
      Map<String, Plain> values = PlainNetwork.values(merged, samples);
      for (String value : values.keySet()) {
        BlockLayout layout = layouts.ofValue(value);
        for (BlockLayout.Block block : layout.blocks()) {
          if (exactness.apart(value) && !block.merged()) {
            int source = block.sources().get(0);
            assertSame(
                value,
                values.get(value).gather(1, block.indices()),
                (source == 0 ? inA : inB).get(value),
                layout.units(source, block.indices()));
            exact++;
          }
        }
      }
    }
    assertThat(exact).isGreaterThan(5);
  }

  /** The same float32 weights on the same values, but for the order of sums. */
  private static void assertSame(String value, Plain found, Plain source, int[] units) {
    Plain expected = source.gather(1, units);
    assertThat(found.distance(expected) / expected.largest()).as(value).isLessThan(1e-12);
  }
}
