package dev.pleas.core.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.budget.BlockCost.Unit;
import dev.pleas.core.oracle.GraphBuilder;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomTransformers;
import dev.pleas.core.partial.Indivisible;
import dev.pleas.core.symmetry.Symmetry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class OptimalAllocationTest {
  /** A network, its cost for so many sources, and random concave gains. */
  private record Problem(
      Graph graph, PermutationSpec spec, Set<Group> whole, BlockCost cost, GroupGains gains) {
    static Problem of(Graph graph, int sources, long seed) {
      PermutationSpec spec = Symmetry.derive(graph);
      Set<Group> whole = Indivisible.groups(graph, spec);
      SplittableRandom random = new SplittableRandom(seed);
      Map<Group, double[]> gains = new LinkedHashMap<>();
      for (Group group : spec.groups()) {
        double scale = Math.exp(3 * random.nextDouble());
        double decay = random.nextDouble(0.01, 1);
        double[] values = new double[group.size() + 1];
        for (int j = 1; j < values.length; j++) {
          values[j] = scale * (1 - Math.pow(decay, (double) j / group.size()));
        }
        if (!whole.contains(group)) {
          gains.put(group, values);
        }
      }
      BlockCost cost = new BlockCost(graph, spec, Set.of(), sources);
      return new Problem(graph, spec, whole, cost, new GroupGains(gains));
    }

    BudgetPlan optimal(Unit unit, double budget) {
      return BudgetPlan.optimal(graph, spec, whole, cost, unit, budget, gains);
    }

    BudgetPlan fixed(Unit unit, double budget, Allocation allocation) {
      return BudgetPlan.within(graph, spec, whole, cost, unit, budget, allocation);
    }
  }

  @Property(tries = 30)
  void optimal_anyNetworkAndBudget_isWithinItAndNoWorseThanAFixedAllocation(
      @ForAll @IntRange(max = 10_000) int seed,
      @ForAll @IntRange(min = 2, max = 4) int sources,
      @ForAll @DoubleRange(min = 0, max = 1) double share,
      @ForAll Unit unit,
      @ForAll boolean transformer) {
    Graph graph = transformer ? RandomTransformers.vit(seed, 4) : RandomNetworks.resNet(seed, 4);
    Problem problem = Problem.of(graph, sources, seed);
    double budget = 1 + share * (sources - 1);

    BudgetPlan plan = problem.optimal(unit, budget);

    assertThat(problem.cost().relative(unit, plan.merged()::get))
        .isLessThanOrEqualTo(budget + 1e-9);
    for (Allocation allocation : Allocation.values()) {
      assertThat(problem.gains().total(plan))
          .isGreaterThanOrEqualTo(problem.gains().total(problem.fixed(unit, budget, allocation)));
    }
    assertThat(plan.merged().keySet()).containsExactlyElementsOf(problem.spec().groups());
    problem.whole().forEach(g -> assertThat(plan.merged().get(g)).isEqualTo(g.size()));
    assertThat(problem.optimal(unit, budget)).isEqualTo(plan);
  }

  @Property(tries = 30)
  void optimal_moreBudget_gainsNoLess(
      @ForAll @IntRange(max = 10_000) int seed,
      @ForAll @DoubleRange(min = 1, max = 2) double first,
      @ForAll @DoubleRange(min = 0, max = 0.05) double more) {
    Problem problem = Problem.of(RandomNetworks.resNet(seed, 4), 2, seed);
    double second = Math.min(2, first + more);

    assertThat(problem.gains().total(problem.optimal(Unit.FLOPS, second)))
        .isGreaterThanOrEqualTo(problem.gains().total(problem.optimal(Unit.FLOPS, first)));
  }

  /**
   * No bound holds for every problem: a unit is up to half of a group here, so what is left of the
   * budget matters. The problems are therefore always the same ones.
   */
  @Test
  void optimal_tinyProblems_areNearlyTheBestOfAllPlans() {
    List<Double> shares = new ArrayList<>();
    for (int seed = 0; seed < 60; seed++) {
      int sources = 2 + seed % 2;
      Problem problem = tiny(seed, sources);
      double budget = 1 + (1 + seed % 10) / 10.0 * (sources - 1);

      double found = problem.gains().total(problem.optimal(Unit.FLOPS, budget));

      double best = problem.gains().total(best(problem, budget, 0, new HashMap<>()));
      assertThat(found).as("seed " + seed).isLessThanOrEqualTo(best + 1e-9);
      shares.add(found / best);
    }
    assertThat(shares).allMatch(share -> share > 0.9);
    assertThat(shares.stream().mapToDouble(Double::doubleValue).average())
        .hasValueCloseTo(1.0, within(0.01));
  }

  private static Problem tiny(int seed, int sources) {
    SplittableRandom random = new SplittableRandom(seed);
    GraphBuilder g = new GraphBuilder(Shape.of(3, 4, 4));
    String x = GraphBuilder.INPUT;
    for (int layer = 0; layer < 4; layer++) {
      x = g.conv("conv" + layer, x, random.nextInt(2, 5), 1, 1);
    }
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", x), 5)).build();
    return Problem.of(graph, sources, seed);
  }

  /** The best of all plans within a budget that merge so many sets of the first groups. */
  private static BudgetPlan best(
      Problem problem, double budget, int group, Map<Group, Integer> merged) {
    List<Group> groups = problem.spec().groups();
    BudgetPlan best = new BudgetPlan(wholly(groups));
    if (group == groups.size()) {
      boolean fits = problem.cost().relative(Unit.FLOPS, merged::get) <= budget + 1e-12;
      return fits ? new BudgetPlan(Map.copyOf(merged)) : best;
    }
    for (int k = 0; k <= groups.get(group).size(); k++) {
      merged.put(groups.get(group), k);
      BudgetPlan plan = best(problem, budget, group + 1, merged);
      best = problem.gains().total(plan) > problem.gains().total(best) ? plan : best;
    }
    return best;
  }

  private static Map<Group, Integer> wholly(List<Group> groups) {
    Map<Group, Integer> merged = new LinkedHashMap<>();
    groups.forEach(group -> merged.put(group, group.size()));
    return merged;
  }

  /** What makes the result never worse than the fixed allocations. */
  @Test
  void within_aBetterPlanThanTheChainsFind_isThatPlan() {
    int better = 0;
    for (int seed = 0; seed < 30; seed++) {
      Problem problem = tiny(seed, 2);
      BudgetPlan best = best(problem, 1.4, 0, new HashMap<>());
      List<Group> groups = problem.spec().groups();
      OptimalAllocation allocation =
          new OptimalAllocation(groups, problem.cost(), Unit.FLOPS, problem.gains());
      BudgetPlan whole = new BudgetPlan(wholly(groups));
      double found = problem.gains().total(allocation.within(1.4, List.of(whole)));

      double with = problem.gains().total(allocation.within(1.4, List.of(whole, best)));

      assertThat(with).as("seed " + seed).isEqualTo(problem.gains().total(best));
      better += found < with ? 1 : 0;
    }
    assertThat(better).as("seeds at which the chains miss the best plan").isPositive();
  }

  @Property(tries = 20)
  void apartCost_anyPlan_isTheBlockCostAndItsDifferences(
      @ForAll @IntRange(max = 10_000) int seed,
      @ForAll @IntRange(min = 2, max = 4) int sources,
      @ForAll Unit unit) {
    Problem problem = Problem.of(RandomTransformers.vit(seed, 4), sources, seed);
    List<Group> groups =
        problem.spec().groups().stream().filter(g -> !problem.whole().contains(g)).toList();
    ApartCost cost = new ApartCost(groups, problem.cost(), unit);
    SplittableRandom random = new SplittableRandom(seed);
    int[] apart = groups.stream().mapToInt(g -> random.nextInt(g.size())).toArray();
    double before = blockCost(problem, unit, groups, apart);

    assertThat(cost.relative(apart)).isCloseTo(before, within(1e-12));
    for (int g = 0; g < apart.length; g++) {
      double more = cost.ofOneMore(apart, g);
      apart[g]++;
      assertThat(more).isCloseTo(blockCost(problem, unit, groups, apart) - before, within(1e-12));
      assertThat(cost.ofOneLess(apart, g)).isCloseTo(more, within(1e-12));
      apart[g]--;
    }
  }

  private static double blockCost(Problem problem, Unit unit, List<Group> groups, int[] apart) {
    return problem
        .cost()
        .relative(
            unit,
            group -> group.size() - (groups.contains(group) ? apart[groups.indexOf(group)] : 0));
  }

  @Test
  void optimal_wholeBudget_keepsEverythingApart_andNoneMergesAll() {
    Problem problem = Problem.of(RandomNetworks.resNet(4, 4), 3, 4);

    assertThat(problem.optimal(Unit.FLOPS, 3).merged().values()).containsOnly(0);
    assertThat(problem.optimal(Unit.FLOPS, 1).merged())
        .allSatisfy((group, merged) -> assertThat(merged).isEqualTo(group.size()));
  }
}
