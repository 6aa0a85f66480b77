package dev.pleas.core.budget;

import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.DoublePredicate;

/** One ratio for all groups: the largest whose cost is within the budget. */
public final class UniformBudget {
  /** Halvings of [0, 1]; beyond these the ratio of no group of int size changes. */
  private static final int HALVINGS = 40;

  private UniformBudget() {}

  /**
   * A plan.
   *
   * @param ratio share of each group's units that are kept apart
   * @param merged how many pairs of each group are merged
   */
  public record Plan(double ratio, Map<Group, Integer> merged) {}

  /**
   * Finds the plan.
   *
   * @param indivisible groups of which every pair is merged, whatever the ratio
   * @param budget cost of the merged network relative to one source, from 1 to 2
   */
  public static Plan plan(
      PermutationSpec spec,
      Set<Group> indivisible,
      BlockCost cost,
      BlockCost.Unit unit,
      double budget) {
    double within = 0;
    double beyond = 1;
    // Sums of products of integers below 2^53 divided once: rounding is below 1e-12.
    DoublePredicate fits =
        ratio -> cost.relative(unit, group -> merged(ratio, group, indivisible)) <= budget + 1e-12;
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
    Map<Group, Integer> merged = new LinkedHashMap<>();
    for (Group group : spec.groups()) {
      merged.put(group, merged(within, group, indivisible));
    }
    return new Plan(within, merged);
  }

  /** Pairs merged at a ratio: round((1 − r)·d). */
  private static int merged(double ratio, Group group, Set<Group> indivisible) {
    return indivisible.contains(group)
        ? group.size()
        : (int) Math.round((1 - ratio) * group.size());
  }
}
