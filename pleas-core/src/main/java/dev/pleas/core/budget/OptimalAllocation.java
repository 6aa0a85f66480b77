package dev.pleas.core.budget;

import dev.pleas.api.permutation.PermutationSpec.Group;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Maximises the sum of concave gains of groups under a limit of the cost (ALGORITHM: budgets).
 *
 * <p>In the shares m of merged units the cost is N·C − (N−1)·Σ c·m_out·m_in ({@link BlockCost}):
 * what a merge saves is a supermodular function of them, so the problem is not convex. Two chains
 * of plans are followed set by set, in the order of gain per cost, as a Lagrange multiplier on the
 * cost would have it (Everett, "Generalized Lagrange multiplier method for solving problems of
 * optimum allocation of resources", Operations Research 11, 1963): one from everything merged, that
 * keeps apart the set that gains most; one from everything apart, that merges the set that loses
 * least. Where a chain crosses a limit, what is left of it is filled with the sets that still fit.
 *
 * <p>Limits are looked at in steps of a thousandth of the way from one source to all; the best plan
 * of those up to the limit that was asked for is taken, or one of the fixed allocations if that is
 * better. So more budget never gains less, no fixed allocation gains more, and nothing is random;
 * ties go to the earlier group.
 */
final class OptimalAllocation {
  private static final int STEPS = 1000;

  private final List<Group> groups;
  private final GroupGains all;
  private final double[][] gains;
  private final ApartCost cost;

  /**
   * @param divisible the groups whose sets may be kept apart; of others all are merged
   */
  OptimalAllocation(List<Group> divisible, BlockCost cost, BlockCost.Unit unit, GroupGains gains) {
    this.groups = List.copyOf(divisible);
    this.all = gains;
    this.gains = groups.stream().map(gains::of).toArray(double[][]::new);
    this.cost = new ApartCost(groups, cost, unit);
  }

  /**
   * Returns the best plan that was found.
   *
   * @param limit of the cost relative to one source, at least 1
   * @param others plans within the limit that the result is to be no worse than; not empty
   */
  BudgetPlan within(double limit, List<BudgetPlan> others) {
    int sources = cost.sources();
    int steps = (int) Math.floor((limit - 1) / (sources - 1) * STEPS + 1e-9);
    int[] up = new int[groups.size()];
    int[] down = groups.stream().mapToInt(Group::size).toArray();
    int[] best = up.clone();
    for (int step = 0; step <= steps; step++) {
      // Both chains go on from where the step before left them, so each is followed once.
      best = better(best, ascended(up, 1 + step * (sources - 1.0) / STEPS));
      best = better(best, descended(down, 1 + (steps - step) * (sources - 1.0) / STEPS));
    }
    BudgetPlan plan = plan(best, others.get(0));
    for (BudgetPlan other : others) {
      if (all.total(other) > all.total(plan)) {
        plan = other;
      }
    }
    return plan;
  }

  /** Keeps sets apart as long as the best of all fits; returns that, filled up. */
  private int[] ascended(int[] apart, double limit) {
    boolean[] none = new boolean[apart.length];
    while (true) {
      int next = mostGained(apart, none);
      if (next < 0 || cost.relative(apart) + cost.ofOneMore(apart, next) > limit) {
        return filled(apart, limit);
      }
      apart[next]++;
    }
  }

  /** Merges sets until the cost fits; returns that, filled up. */
  private int[] descended(int[] apart, double limit) {
    while (cost.relative(apart) > limit) {
      apart[leastLost(apart)]--;
    }
    return filled(apart, limit);
  }

  /** Keeps further sets apart where they fit; a group whose next set does not is done. */
  private int[] filled(int[] apart, double limit) {
    int[] filled = apart.clone();
    boolean[] done = new boolean[filled.length];
    double spent = cost.relative(filled);
    for (int next = mostGained(filled, done); next >= 0; next = mostGained(filled, done)) {
      double more = cost.ofOneMore(filled, next);
      if (spent + more > limit) {
        done[next] = true;
      } else {
        filled[next]++;
        spent += more;
      }
    }
    return filled;
  }

  /** The group whose next set gains most per cost when kept apart, or −1 if all are. */
  private int mostGained(int[] apart, boolean[] done) {
    int best = -1;
    double most = -1;
    for (int g = 0; g < apart.length; g++) {
      if (!done[g] && apart[g] < groups.get(g).size()) {
        double price = rate(gains[g][apart[g] + 1] - gains[g][apart[g]], cost.ofOneMore(apart, g));
        if (price > most) {
          most = price;
          best = g;
        }
      }
    }
    return best;
  }

  /** The group whose last set loses least per cost saved when merged. */
  private int leastLost(int[] apart) {
    int best = -1;
    double least = Double.POSITIVE_INFINITY;
    for (int g = 0; g < apart.length; g++) {
      if (apart[g] > 0) {
        double saved = cost.ofOneLess(apart, g);
        double price = rate(gains[g][apart[g]] - gains[g][apart[g] - 1], saved);
        if (best < 0 || price < least) {
          least = price;
          best = g;
        }
      }
    }
    return best;
  }

  /** What costs nothing has no price: between neighbours that are wholly apart, no set costs. */
  private static double rate(double gain, double cost) {
    return cost <= 0 ? Double.MAX_VALUE : gain / cost;
  }

  private int[] better(int[] a, int[] b) {
    return total(b) > total(a) ? b : a;
  }

  private double total(int[] apart) {
    double total = 0;
    for (int g = 0; g < apart.length; g++) {
      total += gains[g][apart[g]];
    }
    return total;
  }

  private BudgetPlan plan(int[] apart, BudgetPlan like) {
    Map<Group, Integer> merged = new LinkedHashMap<>(like.merged());
    for (int g = 0; g < apart.length; g++) {
      merged.put(groups.get(g), groups.get(g).size() - apart[g]);
    }
    return new BudgetPlan(merged);
  }
}
