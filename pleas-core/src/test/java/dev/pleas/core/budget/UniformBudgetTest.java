package dev.pleas.core.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.core.budget.BlockCost.Unit;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomTransformers;
import dev.pleas.core.partial.Indivisible;
import dev.pleas.core.symmetry.Symmetry;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class UniformBudgetTest {
  @Property(tries = 50)
  void plan_anyBudget_isWithinItAndOneStepMoreIsBeyond(
      @ForAll @IntRange(max = 10_000) int seed,
      @ForAll @DoubleRange(min = 1, max = 2) double budget,
      @ForAll Unit unit) {
    Graph graph = RandomNetworks.resNet(seed, 4);
    PermutationSpec spec = Symmetry.derive(graph);
    BlockCost cost = new BlockCost(graph, spec, Set.of());

    UniformBudget.Plan plan = UniformBudget.plan(spec, Set.of(), cost, unit, budget);

    assertThat(cost.relative(unit, plan.merged()::get)).isLessThanOrEqualTo(budget + 1e-12);
    Map<Group, Integer> next = next(spec, plan);
    if (!next.equals(plan.merged())) {
      assertThat(cost.relative(unit, next::get)).isGreaterThan(budget);
    }
  }

  @Property(tries = 30)
  void plan_largerBudget_mergesNoMorePairs(
      @ForAll @IntRange(max = 10_000) int seed,
      @ForAll @DoubleRange(min = 1, max = 2) double first,
      @ForAll @DoubleRange(min = 1, max = 2) double second) {
    Graph graph = RandomNetworks.resNet(seed, 4);
    PermutationSpec spec = Symmetry.derive(graph);
    BlockCost cost = new BlockCost(graph, spec, Set.of());
    Map<Group, Integer> small =
        UniformBudget.plan(spec, Set.of(), cost, Unit.FLOPS, Math.min(first, second)).merged();
    Map<Group, Integer> large =
        UniformBudget.plan(spec, Set.of(), cost, Unit.FLOPS, Math.max(first, second)).merged();

    assertThat(spec.groups()).allMatch(group -> large.get(group) <= small.get(group));
  }

  @Property(tries = 20)
  void plan_indivisibleGroups_areMergedWholeAndTheBudgetIsMet(
      @ForAll @IntRange(max = 10_000) int seed,
      @ForAll @DoubleRange(min = 1, max = 2) double budget,
      @ForAll Unit unit) {
    Graph graph = RandomTransformers.vit(seed, 4);
    PermutationSpec spec = Symmetry.derive(graph);
    Set<Group> whole = Indivisible.groups(graph, spec);
    BlockCost cost = new BlockCost(graph, spec, Set.of());

    UniformBudget.Plan plan = UniformBudget.plan(spec, whole, cost, unit, budget);

    assertThat(whole).extracting(Group::name).containsExactly("patch");
    whole.forEach(group -> assertThat(plan.merged().get(group)).isEqualTo(group.size()));
    assertThat(cost.relative(unit, plan.merged()::get)).isLessThanOrEqualTo(budget + 1e-12);
    assertThat(UniformBudget.plan(spec, whole, cost, unit, 2).merged())
        .allSatisfy((g, m) -> assertThat(m).isEqualTo(whole.contains(g) ? g.size() : 0));
  }

  @Property(tries = 10)
  void plan_onceAndTwice_mergesEverythingAndNothing(
      @ForAll @IntRange(max = 10_000) int seed, @ForAll Unit unit) {
    Graph graph = RandomNetworks.resNet(seed, 4);
    PermutationSpec spec = Symmetry.derive(graph);
    BlockCost cost = new BlockCost(graph, spec, Set.of());

    assertThat(UniformBudget.plan(spec, Set.of(), cost, unit, 1).merged())
        .allSatisfy((group, merged) -> assertThat(merged).isEqualTo(group.size()));
    UniformBudget.Plan twice = UniformBudget.plan(spec, Set.of(), cost, unit, 2);
    assertThat(twice.merged())
        .hasSameSizeAs(spec.groups())
        .allSatisfy((g, m) -> assertThat(m).isZero());
    assertThat(twice.ratio()).isEqualTo(1);
  }

  /**
   * The plan at the next ratio at which some group's round((1 − r)·d) falls: group of d units with
   * k merged falls at r = 1 − (k − ½) / d.
   */
  private static Map<Group, Integer> next(PermutationSpec spec, UniformBudget.Plan plan) {
    double ratio = 1;
    for (Group group : spec.groups()) {
      int k = plan.merged().get(group);
      if (k > 0) {
        ratio = Math.min(ratio, 1 - (k - 0.5) / group.size());
      }
    }
    Map<Group, Integer> next = new HashMap<>();
    for (Group group : spec.groups()) {
      int k = plan.merged().get(group);
      boolean falls = k > 0 && 1 - (k - 0.5) / group.size() <= ratio + 1e-9;
      next.put(group, falls ? k - 1 : k);
    }
    return next;
  }
}
