package dev.pleas.core.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.core.budget.BlockCost.Unit;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomTransformers;
import dev.pleas.core.partial.Indivisible;
import dev.pleas.core.symmetry.Symmetry;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class BudgetPlanTest {
  private static BudgetPlan plan(
      Graph graph,
      PermutationSpec spec,
      Set<Group> whole,
      BlockCost cost,
      Unit unit,
      double budget) {
    return BudgetPlan.within(graph, spec, whole, cost, unit, budget, Allocation.UNIFORM);
  }

  @Property(tries = 50)
  void plan_anyBudget_isWithinItAndOneStepMoreIsBeyond(
      @ForAll @IntRange(max = 10_000) int seed,
      @ForAll @DoubleRange(min = 1, max = 2) double budget,
      @ForAll Unit unit) {
    Graph graph = RandomNetworks.resNet(seed, 4);
    PermutationSpec spec = Symmetry.derive(graph);
    BlockCost cost = new BlockCost(graph, spec, Set.of(), 2);

    BudgetPlan plan = plan(graph, spec, Set.of(), cost, unit, budget);

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
    BlockCost cost = new BlockCost(graph, spec, Set.of(), 2);
    Map<Group, Integer> small =
        plan(graph, spec, Set.of(), cost, Unit.FLOPS, Math.min(first, second)).merged();
    Map<Group, Integer> large =
        plan(graph, spec, Set.of(), cost, Unit.FLOPS, Math.max(first, second)).merged();

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
    BlockCost cost = new BlockCost(graph, spec, Set.of(), 2);

    BudgetPlan plan = plan(graph, spec, whole, cost, unit, budget);

    assertThat(whole).extracting(Group::name).containsExactly("patch");
    whole.forEach(group -> assertThat(plan.merged().get(group)).isEqualTo(group.size()));
    assertThat(cost.relative(unit, plan.merged()::get)).isLessThanOrEqualTo(budget + 1e-12);
    assertThat(plan(graph, spec, whole, cost, unit, 2).merged())
        .allSatisfy((g, m) -> assertThat(m).isEqualTo(whole.contains(g) ? g.size() : 0));
  }

  @Property(tries = 10)
  void plan_onceAndTwice_mergesEverythingAndNothing(
      @ForAll @IntRange(max = 10_000) int seed, @ForAll Unit unit) {
    Graph graph = RandomNetworks.resNet(seed, 4);
    PermutationSpec spec = Symmetry.derive(graph);
    BlockCost cost = new BlockCost(graph, spec, Set.of(), 2);

    assertThat(plan(graph, spec, Set.of(), cost, unit, 1).merged())
        .allSatisfy((group, merged) -> assertThat(merged).isEqualTo(group.size()));
    BudgetPlan twice = plan(graph, spec, Set.of(), cost, unit, 2);
    assertThat(twice.merged())
        .hasSameSizeAs(spec.groups())
        .allSatisfy((g, m) -> assertThat(m).isZero());
  }

  @Property(tries = 50)
  void plan_stages_keepsTheLastGroupsApartFirstAndIsWithinTheBudget(
      @ForAll @IntRange(max = 10_000) int seed,
      @ForAll @DoubleRange(min = 1, max = 2) double budget,
      @ForAll Unit unit) {
    Graph graph = RandomNetworks.resNet(seed, 4);
    PermutationSpec spec = Symmetry.derive(graph);
    BlockCost cost = new BlockCost(graph, spec, Set.of(), 2);

    BudgetPlan plan =
        BudgetPlan.within(graph, spec, Set.of(), cost, unit, budget, Allocation.STAGES);

    assertThat(cost.relative(unit, plan.merged()::get)).isLessThanOrEqualTo(budget + 1e-12);
    List<String> order = graph.nodes().stream().map(Node::name).toList();
    List<Group> groups =
        spec.groups().stream()
            .sorted(Comparator.comparingInt(group -> first(group, order)))
            .toList();
    // Whole, perhaps one in part, then nothing.
    boolean begun = false;
    for (Group group : groups) {
      int merged = plan.merged().get(group);
      if (begun) {
        assertThat(merged).as(group.name()).isZero();
      }
      begun |= merged < group.size();
    }
    if (budget == 2) {
      assertThat(plan.merged().values()).containsOnly(0);
    }
  }

  private static int first(Group group, List<String> order) {
    return group.components().stream()
        .flatMap(component -> component.values().stream())
        .mapToInt(order::indexOf)
        .min()
        .orElseThrow();
  }

  @Property(tries = 30)
  void plan_stagesAndMoreBudget_mergesNoMorePairs(
      @ForAll @IntRange(max = 10_000) int seed,
      @ForAll @DoubleRange(min = 1, max = 2) double first,
      @ForAll @DoubleRange(min = 1, max = 2) double second) {
    Graph graph = RandomTransformers.vit(seed, 4);
    PermutationSpec spec = Symmetry.derive(graph);
    Set<Group> whole = Indivisible.groups(graph, spec);
    BlockCost cost = new BlockCost(graph, spec, Set.of(), 2);
    BudgetPlan small =
        BudgetPlan.within(
            graph, spec, whole, cost, Unit.FLOPS, Math.min(first, second), Allocation.STAGES);
    BudgetPlan large =
        BudgetPlan.within(
            graph, spec, whole, cost, Unit.FLOPS, Math.max(first, second), Allocation.STAGES);

    assertThat(spec.groups())
        .allMatch(group -> large.merged().get(group) <= small.merged().get(group));
    whole.forEach(group -> assertThat(large.merged().get(group)).isEqualTo(group.size()));
  }

  /**
   * The plan at the next ratio at which some group's round((1 − r)·d) falls: group of d units with
   * k merged falls at r = 1 − (k − ½) / d.
   */
  private static Map<Group, Integer> next(PermutationSpec spec, BudgetPlan plan) {
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
