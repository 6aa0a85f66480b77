package dev.pleas.core.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.budget.BlockCost.Unit;
import dev.pleas.core.oracle.GraphBuilder;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.core.partial.BlockLayout;
import dev.pleas.core.partial.Layouts;
import dev.pleas.core.partial.PartialMerge;
import dev.pleas.core.symmetry.Symmetry;
import dev.pleas.core.symmetry.TinyTransformer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BlockCostTest {
  /** Quotients of integers below 2^53: a few roundings of 1e-16. */
  private static final double TOLERANCE = 1e-12;

  @Test
  void relative_twoGroups_isTheClosedForm() {
    GraphBuilder g = new GraphBuilder(Shape.of(3, 4, 4));
    String x = g.conv("conv1", GraphBuilder.INPUT, 8, 3, 1);
    x = g.conv("conv2", x, 6, 1, 1);
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", x), 5)).build();
    PermutationSpec spec = Symmetry.derive(graph);
    BlockCost cost = new BlockCost(graph, spec, Set.of(), 2);

    // conv1: r_out = 1/4; conv2: r_out = 1/2, r_in = 1/4; fc: r_in = 1/2. 16 positions.
    double conv1 = 16 * 9 * 8 * 3;
    double conv2 = 16 * 6 * 8;
    double fc = 5 * 6;
    double source = conv1 + conv2 + fc;
    double ratio1 = 0.25;
    double ratio2 = 0.5;
    double block = (1 + ratio2) * (1 + ratio1) - 2 * ratio2 * ratio1;
    double merged = conv1 * (1 + ratio1) + conv2 * block + fc * (1 + ratio2);
    double dense = merged + conv2 * 2 * ratio2 * ratio1;

    assertThat(cost.relative(Unit.FLOPS, BlockCostTest::someMerged))
        .isCloseTo(merged / source, within(TOLERANCE));
    assertThat(cost.relativeDense(Unit.FLOPS, BlockCostTest::someMerged))
        .isCloseTo(dense / source, within(TOLERANCE));
  }

  private static int someMerged(Group group) {
    return group.name().equals("conv1") ? 6 : 3;
  }

  @Property(tries = 5)
  void relative_anyPlan_isTheCountOfEntriesThatMayDiffer(
      @ForAll @IntRange(max = 10_000) int seed, @ForAll @IntRange(min = 2, max = 4) int sources) {
    RandomSamples samples = new RandomSamples(seed, 2, RandomNetworks.input());
    Graph graph = RandomNetworks.resNet(seed, 4);
    List<Model> models =
        IntStream.range(0, sources)
            .mapToObj(s -> RandomNetworks.weights(graph, seed + s, samples))
            .toList();
    Model a = models.get(0);
    PermutationSpec spec = Symmetry.derive(graph);
    SplittableRandom random = new SplittableRandom(seed);
    Map<Component, BlockLayout> components = new LinkedHashMap<>();
    Map<Group, Integer> plan = new LinkedHashMap<>();
    for (Group group : spec.groups()) {
      int d = group.size();
      plan.put(group, random.nextInt(d + 1));
      components.putAll(
          Layouts.of(
              group,
              models.stream().map(model -> UnitPermutation.random(group, random)).toList(),
              new double[d],
              plan.get(group)));
    }
    Model merged = PartialMerge.merge(models, new Layouts(graph, sources, components, Map.of()));
    BlockCost cost = new BlockCost(graph, spec, Set.of(), sources);

    // Random weights are never 0, so the zeros of the merged network are its absent blocks.
    assertThat(cost.relative(Unit.PARAMETERS, plan::get))
        .isCloseTo((double) nonZeros(merged, false) / nonZeros(a, false), within(TOLERANCE));
    assertThat(cost.relative(Unit.FLOPS, plan::get))
        .isCloseTo((double) nonZeros(merged, true) / nonZeros(a, true), within(TOLERANCE));
    assertThat(cost.relativeDense(Unit.FLOPS, plan::get))
        .isCloseTo(
            (double) Cost.multiplyAccumulates(merged.graph()) / Cost.multiplyAccumulates(graph),
            within(TOLERANCE));
    assertThat(cost.relativeDense(Unit.PARAMETERS, plan::get))
        .isCloseTo(
            (double) Cost.parameters(merged.graph()) / Cost.parameters(graph), within(TOLERANCE));
  }

  @Test
  void relative_transformer_countsParametersOfPositionsByTheirChannelsAlone() {
    Model a = TinyTransformer.random(1);
    PermutationSpec spec = Symmetry.derive(a.graph());
    Map<Component, BlockLayout> components = new LinkedHashMap<>();
    for (Group group : spec.groups()) {
      int d = group.size();
      UnitPermutation identity = UnitPermutation.identity(group);
      components.putAll(
          Layouts.of(group, List.of(identity, identity), new double[d], group.size() / 2));
    }
    Layouts layouts = new Layouts(a.graph(), 2, components, Map.of());
    Model merged = PartialMerge.merge(List.of(a, TinyTransformer.random(2)), layouts);
    BlockCost cost = new BlockCost(a.graph(), spec, Set.of(), 2);

    assertThat(cost.relative(Unit.PARAMETERS, group -> group.size() / 2))
        .isCloseTo((double) nonZeros(merged, false) / nonZeros(a, false), within(TOLERANCE));
    assertThat(cost.relativeDense(Unit.FLOPS, group -> group.size() / 2))
        .isCloseTo(
            (double) Cost.multiplyAccumulates(merged.graph()) / Cost.multiplyAccumulates(a.graph()),
            within(TOLERANCE));
  }

  /** Weights that are not 0, or how often they are multiplied. */
  private static long nonZeros(Model model, boolean multiplied) {
    long total = 0;
    for (Node node : model.graph().nodes()) {
      for (String name : node.op().parameters()) {
        boolean weight = model.parameter(name).shape().rank() > 1;
        if (multiplied ? weight : !name.contains("running")) {
          long uses =
              multiplied && node.op() instanceof Op.Conv2d
                  ? model.graph().valueShape(node.name()).elementsFrom(1)
                  : 1;
          for (float value : model.parameter(name).values()) {
            total += value == 0 ? 0 : uses;
          }
        }
      }
    }
    return total;
  }

  @Test
  void relative_excludedHeads_countNowhere() {
    Graph graph = RandomNetworks.resNet(1, 1000);
    PermutationSpec spec = Symmetry.derive(graph);
    BlockCost with = new BlockCost(graph, spec, Set.of(), 2);
    BlockCost without = new BlockCost(graph, spec, Set.of("fc"), 2);
    Group features = spec.byValue().get("pool");

    double source = Cost.multiplyAccumulates(graph);
    double fc = 1000.0 * features.size();
    double mergedFc = 1000.0 * (features.size() + 1);
    double expected =
        (with.relative(Unit.FLOPS, group -> group.size() - 1) * source - mergedFc) / (source - fc);
    assertThat(without.relative(Unit.FLOPS, group -> group.size() - 1))
        .isCloseTo(expected, within(TOLERANCE));
  }
}
