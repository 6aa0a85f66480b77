package dev.pleas.core.method;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.merge.PlanRequest;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.core.budget.Allocation;
import dev.pleas.core.budget.BlockCost;
import dev.pleas.core.budget.BudgetPlan;
import dev.pleas.core.budget.ExplicitRatios;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How large the result may be, and where, read from a request.
 *
 * @param limit cost relative to one source; of no meaning where ratios are given
 * @param unit what is counted
 * @param allocation how the limit is shared out
 * @param ratios what a person chose instead; null for none
 */
record Budget(
    double limit, BlockCost.Unit unit, Allocation allocation, @Nullable ExplicitRatios ratios) {
  private static final String LIMIT = "budget";
  private static final String RATIOS = "ratios";

  static final List<MethodParameter> PARAMETERS =
      List.of(
          new MethodParameter(
              LIMIT, "1.0", "cost of the result relative to one source, from 1 to their number"),
          new MethodParameter(
              "budget-unit",
              "flops",
              "what the budget counts: " + Settings.options(BlockCost.Unit.class)),
          new MethodParameter(
              "allocation",
              "uniform",
              "how the budget is shared out: uniform (one ratio for all groups), stages (the last"
                  + " groups are kept apart first)"),
          new MethodParameter(
              RATIOS,
              "",
              "instead of a budget, the share of each group's units that is kept apart, as"
                  + " layer4.*=1,layer3.*=0.5; groups that are not named are merged"));

  /**
   * Reads the settings.
   *
   * @throws ConfigurationException if one is out of range, or both a budget and ratios are given
   */
  static Budget of(Settings settings, PlanRequest request) {
    BlockCost.Unit unit = settings.choice("budget-unit", BlockCost.Unit.class);
    String ratios = settings.text(RATIOS);
    if (ratios.isEmpty()) {
      Allocation allocation = settings.choice("allocation", Allocation.class);
      return new Budget(settings.real(LIMIT, 1, request.sources().size()), unit, allocation, null);
    }
    for (String other : List.of(LIMIT, "allocation")) {
      if (request.parameters().containsKey(other)) {
        throw new ConfigurationException(
            "ratios say how much of each group is kept apart, so there is no "
                + other
                + " to share out; leave one of the two away");
      }
      settings.resolve(other, "as the ratios say");
    }
    return new Budget(Double.NaN, unit, Allocation.UNIFORM, ExplicitRatios.parse(ratios));
  }

  /** Returns how many sets of units of each group are merged. */
  BudgetPlan plan(Graph graph, PermutationSpec spec, Set<Group> indivisible, BlockCost cost) {
    return ratios == null
        ? BudgetPlan.within(graph, spec, indivisible, cost, unit, limit, allocation)
        : ratios.plan(spec, indivisible);
  }
}
