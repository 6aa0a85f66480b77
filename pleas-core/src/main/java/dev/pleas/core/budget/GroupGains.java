package dev.pleas.core.budget;

import dev.pleas.api.permutation.PermutationSpec.Group;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What it is worth to keep sets of matched units apart: {@code of(group)[j]} is the error avoided
 * by keeping the j worst-matched sets of a group apart, from 0 for none of them, never falling, and
 * concave: no set is worth more than those that matched worse.
 */
public final class GroupGains {
  private final Map<Group, double[]> gains = new LinkedHashMap<>();

  /**
   * Takes gains as they were measured. Noise is taken out of them: each group's become the least
   * concave function that is nowhere below them and never falls.
   *
   * @param measured for each group, size + 1 finite values, the first 0
   * @throws IllegalArgumentException if there are not so many
   */
  public GroupGains(Map<Group, double[]> measured) {
    measured.forEach(
        (group, values) -> {
          if (values.length != group.size() + 1 || values[0] != 0) {
            throw new IllegalArgumentException(
                group.name() + ": expected " + (group.size() + 1) + " gains, the first of them 0");
          }
          gains.put(group, concave(values));
        });
  }

  /** Returns the gains of a group, by how many sets are kept apart; a copy. */
  public double[] of(Group group) {
    double[] values = gains.get(group);
    return values == null ? new double[group.size() + 1] : values.clone();
  }

  /** Returns Σ_g of(g)[size − merged], what a plan is worth. */
  public double total(BudgetPlan plan) {
    double total = 0;
    for (Map.Entry<Group, double[]> entry : gains.entrySet()) {
      Group group = entry.getKey();
      int merged = plan.merged().getOrDefault(group, group.size());
      total += entry.getValue()[group.size() - merged];
    }
    return total;
  }

  /** Returns the most there is to gain: everything apart. */
  public double most() {
    return gains.values().stream().mapToDouble(values -> values[values.length - 1]).sum();
  }

  /** The upper hull of the points (j, largest value so far), by a scan from the left. */
  private static double[] concave(double[] values) {
    double[] rising = values.clone();
    for (int j = 1; j < rising.length; j++) {
      rising[j] = Math.max(rising[j], rising[j - 1]);
    }
    Deque<Integer> hull = new ArrayDeque<>();
    for (int j = 0; j < rising.length; j++) {
      while (hull.size() >= 2) {
        int last = hull.pop();
        int before = hull.getFirst();
        if (slope(rising, before, last) > slope(rising, last, j)) {
          hull.push(last);
          break;
        }
      }
      hull.push(j);
    }
    int to = hull.pop();
    while (!hull.isEmpty()) {
      int from = hull.pop();
      for (int j = from + 1; j < to; j++) {
        rising[j] = rising[from] + (j - from) * slope(rising, from, to);
      }
      to = from;
    }
    return rising;
  }

  private static double slope(double[] values, int from, int to) {
    return (values[to] - values[from]) / (to - from);
  }
}
