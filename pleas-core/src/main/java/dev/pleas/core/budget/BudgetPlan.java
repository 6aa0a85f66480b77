package dev.pleas.core.budget;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoublePredicate;

/**
 * How many sets of matched units of each group are merged; of two sources they are pairs.
 *
 * @param merged for every group, from 0 to its size
 */
public record BudgetPlan(Map<Group, Integer> merged) {
  /** Halvings of [0, 1]; beyond these the ratio of no group of int size changes. */
  private static final int HALVINGS = 40;

  /**
   * Finds the plan that takes most of a budget and no more.
   *
   * @param graph of one source
   * @param indivisible groups of which every set is merged, whatever the budget
   * @param budget cost of the merged network relative to one source, from 1 to their number
   */
  public static BudgetPlan within(
      Graph graph,
      PermutationSpec spec,
      Set<Group> indivisible,
      BlockCost cost,
      BlockCost.Unit unit,
      double budget,
      Allocation allocation) {
    List<Group> divisible = inExecutionOrder(graph, spec, indivisible);
    // Sums of products of integers below 2^53 divided once: rounding is below 1e-12.
    DoublePredicate fits =
        t -> {
          Map<Group, Integer> merged = merged(spec, divisible, allocation, t);
          return cost.relative(unit, group -> merged.getOrDefault(group, 0)) <= budget + 1e-12;
        };
    double within = 0;
    double beyond = 1;
    if (fits.test(1)) {
      within = 1;
    } else {
      for (int i = 0; i < HALVINGS; i++) {
        double middle = (within + beyond) / 2;
        if (fits.test(middle)) {
          within = middle;
        } else {
          beyond = middle;
        }
      }
    }
    return new BudgetPlan(merged(spec, divisible, allocation, within));
  }

  /**
   * Finds a plan within a budget that gains much, and no less than any fixed allocation does.
   *
   * @param graph of one source
   * @param indivisible groups of which every set is merged, whatever the budget
   * @param budget cost of the merged network relative to one source, from 1 to their number
   * @param gains of keeping sets of each group apart
   */
  public static BudgetPlan optimal(
      Graph graph,
      PermutationSpec spec,
      Set<Group> indivisible,
      BlockCost cost,
      BlockCost.Unit unit,
      double budget,
      GroupGains gains) {
    List<BudgetPlan> fixed =
        Arrays.stream(Allocation.values())
            .map(allocation -> within(graph, spec, indivisible, cost, unit, budget, allocation))
            .toList();
    List<Group> divisible = inExecutionOrder(graph, spec, indivisible);
    return new OptimalAllocation(divisible, cost, unit, gains).within(budget, fixed);
  }

  private static List<Group> inExecutionOrder(
      Graph graph, PermutationSpec spec, Set<Group> indivisible) {
    Map<String, Integer> places = new HashMap<>();
    graph.nodes().forEach(node -> places.put(node.name(), places.size()));
    return spec.groups().stream()
        .filter(group -> !indivisible.contains(group))
        .sorted(Comparator.comparingInt(group -> first(group, places)))
        .toList();
  }

  private static int first(Group group, Map<String, Integer> places) {
    return group.components().stream()
        .flatMap(component -> component.values().stream())
        .mapToInt(value -> places.getOrDefault(value, -1))
        .min()
        .orElse(-1);
  }

  private static Map<Group, Integer> merged(
      PermutationSpec spec, List<Group> divisible, Allocation allocation, double t) {
    Map<Group, Integer> merged = new LinkedHashMap<>();
    spec.groups().forEach(group -> merged.put(group, group.size()));
    for (int depth = 0; depth < divisible.size(); depth++) {
      Group group = divisible.get(depth);
      merged.put(group, sets(group, allocation.ratio(t, depth, divisible.size())));
    }
    return merged;
  }

  /** Returns how many sets of a group are merged. */
  public int mergedOf(Group group) {
    return merged.getOrDefault(group, 0);
  }

  /** Returns a group's number of units in the merged network: the others are there N times. */
  public int width(Group group, int sources) {
    return mergedOf(group) + sources * (group.size() - mergedOf(group));
  }

  /** Returns how many sets are merged at a ratio, round((1 − r)·d). */
  static int sets(Group group, double ratio) {
    return (int) Math.round((1 - ratio) * group.size());
  }
}
