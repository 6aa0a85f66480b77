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
import dev.pleas.core.budget.GroupGains;
import java.util.List;
import java.util.Locale;
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
    double limit, BlockCost.Unit unit, Sharing allocation, @Nullable ExplicitRatios ratios) {
  /** How a limit is shared out: as an {@link Allocation} says, or by what is gained. */
  enum Sharing {
    UNIFORM,
    STAGES,
    OPTIMAL
  }

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
                  + " groups are kept apart first), optimal (as measured on the data, where units"
                  + " kept apart change the outputs most)"),
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
      Sharing allocation = settings.choice("allocation", Sharing.class);
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
    return new Budget(Double.NaN, unit, Sharing.UNIFORM, ExplicitRatios.parse(ratios));
  }

  /** Returns whether the plan depends on data. */
  boolean needsGains() {
    return ratios == null && allocation == Sharing.OPTIMAL;
  }

  /**
   * Returns how many sets of units of each group are merged.
   *
   * @param gains of keeping units apart; null where they are not needed, or not known: the plan is
   *     then uniform, which optimal ones are never worse than
   */
  BudgetPlan plan(
      Graph graph,
      PermutationSpec spec,
      Set<Group> indivisible,
      BlockCost cost,
      @Nullable GroupGains gains) {
    if (ratios != null) {
      return ratios.plan(spec, indivisible);
    }
    if (gains != null && needsGains()) {
      return BudgetPlan.optimal(graph, spec, indivisible, cost, unit, limit, gains);
    }
    Allocation by = needsGains() ? Allocation.UNIFORM : Allocation.valueOf(allocation.name());
    return BudgetPlan.within(graph, spec, indivisible, cost, unit, limit, by);
  }

  /** Says what each way to share the limit out would gain. */
  String note(
      Graph graph,
      PermutationSpec spec,
      Set<Group> indivisible,
      BlockCost cost,
      BudgetPlan optimal,
      GroupGains gains) {
    StringBuilder note = new StringBuilder("allocation: of the error that merging makes, keeping");
    note.append(" units apart avoids ").append(share(gains, optimal)).append(" as planned");
    for (Allocation other : Allocation.values()) {
      BudgetPlan plan = BudgetPlan.within(graph, spec, indivisible, cost, unit, limit, other);
      note.append(", ").append(share(gains, plan)).append(" by ").append(Settings.option(other));
    }
    return note.append(" (measured group by group)").toString();
  }

  private static String share(GroupGains gains, BudgetPlan plan) {
    double most = gains.most();
    double share = most <= 0 ? 0 : gains.total(plan) / most;
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}
