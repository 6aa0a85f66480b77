package dev.pleas.core.method;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.PlanRequest;
import dev.pleas.api.merge.PlannedMerge;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.core.budget.BlockCost;
import dev.pleas.core.budget.BudgetPlan;
import dev.pleas.core.partial.BlockLayout;
import dev.pleas.core.partial.Indivisible;
import dev.pleas.core.partial.Layouts;
import dev.pleas.core.partial.PartialMerge;
import dev.pleas.core.symmetry.Symmetry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What {@link PleasMerge} will make, from graphs and settings alone. */
final class PleasPlan {
  private final PlanRequest request;
  private final Settings settings;
  private final OutputHeads heads;
  private final List<Graph> sources;
  private final Graph graph;
  private final List<String> notes = new ArrayList<>();

  PleasPlan(PlanRequest request, Settings settings) {
    this.request = request;
    this.settings = settings;
    this.heads = OutputHeads.of(settings, request, notes);
    this.sources = heads.join(request.sources());
    this.graph = sources.get(0);
  }

  PlannedMerge plan() {
    Budget budget = Budget.of(settings, request);
    checkOtherSettings();
    Calibration.check(settings, request);
    PermutationSpec spec = Symmetry.derive(graph);
    BlockCost cost = new BlockCost(graph, spec, heads.nodes(), sources.size());
    Set<Group> indivisible = Indivisible.groups(graph, spec);
    if (budget.needsGains()) {
      notes.add(
          "allocation = optimal shares the budget out by what the merge measures on the calibration"
              + " images; the widths are those of uniform, which cost as much as those that it may"
              + " choose, and measuring takes time that is not counted");
    }
    BudgetPlan plan = budget.plan(graph, spec, indivisible, cost, null);
    PleasMerge.noteIndivisible(indivisible, plan, notes);
    Layouts layouts = new Layouts(graph, sources.size(), layouts(spec, plan), heads.layouts());
    return new PlannedMerge(
        settings.all(),
        PleasMerge.cost(cost, plan),
        spec.groups().stream().map(group -> group(group, plan)).toList(),
        heads.split(PartialMerge.graph(graph, layouts)),
        notes);
  }

  /** Reads what a plan does not depend on, to refuse what a merge would refuse. */
  private void checkOtherSettings() {
    PleasMerge.alignment(settings, 0);
    PleasMerge.passSettings(settings, graph, 0, null);
    settings.flag("check-symmetry");
  }

  private PlannedMerge.Group group(Group group, BudgetPlan plan) {
    return new PlannedMerge.Group(
        group.name(), group.size(), plan.mergedOf(group), plan.width(group, sources.size()));
  }

  /** Widths do not depend on which units are matched. */
  private Map<Component, BlockLayout> layouts(PermutationSpec spec, BudgetPlan plan) {
    Map<Component, BlockLayout> layouts = new LinkedHashMap<>();
    for (Group group : spec.groups()) {
      layouts.putAll(
          Layouts.of(
              group,
              Collections.nCopies(sources.size(), UnitPermutation.identity(group)),
              new double[group.size()],
              plan.mergedOf(group)));
    }
    return layouts;
  }
}
