package dev.pleas.core.budget;

import dev.pleas.api.permutation.PermutationSpec.Group;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@link BlockCost} by the number of sets that each of some groups keeps apart, and what one set
 * more or less makes of it; of all other groups every set is merged.
 */
final class ApartCost {
  private final int sources;
  private final int[] sizes;
  private final double[] fixed;
  private final List<List<Product>> products = new ArrayList<>();
  private final double source;

  /** Base cost times the merged shares of a group and of another, or of itself again. */
  private record Product(double base, int other) {}

  ApartCost(List<Group> groups, BlockCost cost, BlockCost.Unit unit) {
    this.sources = cost.sources();
    this.sizes = groups.stream().mapToInt(Group::size).toArray();
    this.fixed = new double[groups.size()];
    Map<Group, Integer> indices = new HashMap<>();
    for (Group group : groups) {
      indices.put(group, products.size());
      products.add(new ArrayList<>());
    }
    double total = 0;
    for (BlockCost.Term term : cost.terms(unit)) {
      total += term.base();
      List<Integer> sides =
          term.sides().stream().filter(indices::containsKey).map(indices::get).toList();
      if (sides.size() == 1) {
        fixed[sides.get(0)] += term.base();
      } else if (sides.size() == 2) {
        add(term.base(), sides.get(0), sides.get(1));
        if (!sides.get(0).equals(sides.get(1))) {
          add(term.base(), sides.get(1), sides.get(0));
        }
      }
    }
    this.source = total;
  }

  private void add(double base, int group, int other) {
    products.get(group).add(new Product(base, other));
  }

  int sources() {
    return sources;
  }

  /** Returns the cost relative to one source. */
  double relative(int[] apart) {
    double more = 0;
    for (int g = 0; g < sizes.length; g++) {
      more += fixed[g] * (1 - merged(apart, g));
      for (Product product : products.get(g)) {
        double both = 1 - merged(apart, g) * merged(apart, product.other());
        // A product of two groups stands with both of them.
        more += product.base() * both / (product.other() == g ? 1 : 2);
      }
    }
    return 1 + (sources - 1) * more / source;
  }

  /** Returns what it costs to keep one more set of a group apart. */
  double ofOneMore(int[] apart, int group) {
    return change(apart, group, merged(apart, group) - 1.0 / sizes[group]);
  }

  /** Returns what it saves to keep one set less of a group apart. */
  double ofOneLess(int[] apart, int group) {
    return -change(apart, group, merged(apart, group) + 1.0 / sizes[group]);
  }

  private double change(int[] apart, int group, double to) {
    double from = merged(apart, group);
    double less = fixed[group] * (from - to);
    for (Product product : products.get(group)) {
      less +=
          product.other() == group
              ? product.base() * (from * from - to * to)
              : product.base() * (from - to) * merged(apart, product.other());
    }
    return (sources - 1) * less / source;
  }

  private double merged(int[] apart, int group) {
    return 1 - (double) apart[group] / sizes[group];
  }
}
