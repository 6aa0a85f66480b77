package dev.pleas.core.method;

import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.core.alignment.ActivationMatching;
import dev.pleas.core.alignment.GroupAlignment;
import dev.pleas.core.alignment.Similarity;
import dev.pleas.core.budget.BlockCost;
import dev.pleas.core.budget.BudgetPlan;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.moments.SmallerBatches;
import dev.pleas.core.partial.BlockLayout;
import dev.pleas.core.partial.Heads;
import dev.pleas.core.partial.Indivisible;
import dev.pleas.core.partial.Layouts;
import dev.pleas.core.partial.PartialMerge;
import dev.pleas.core.refit.LayerPass;
import dev.pleas.core.refit.RefitInputs;
import dev.pleas.core.symmetry.Symmetry;
import dev.pleas.core.symmetry.SymmetryProof;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** One merge of two networks, from alignment to the finished model. */
final class PairMerge {
  private final MergeRequest request;
  private final Settings settings;
  private final Model a;
  private final Model b;
  private final Tools tools;
  private final Stopwatch stopwatch = new Stopwatch();
  private final List<String> notes = new ArrayList<>();

  PairMerge(MergeRequest request, Settings settings) {
    this.request = request;
    this.settings = settings;
    SameArchitecture.requirePair(request);
    this.a = request.sources().get(0);
    this.b = request.sources().get(1);
    this.tools = request.tools();
  }

  MergeResult run() {
    Budget budget = Budget.of(settings, request);
    Similarity similarity = settings.choice("similarity", Similarity.class);
    LayerPass.Settings passSettings = passSettings();
    boolean proves = settings.flag("check-symmetry");
    Set<String> heads = HeadMode.resolve(settings, request, notes);
    SameArchitecture.check(request.sources(), request.names(), heads);
    SmallerBatches stages = Calibration.stages(settings, request, notes::add);

    PermutationSpec spec = Symmetry.derive(a.graph());
    if (proves) {
      stopwatch.time("symmetry proof", () -> prove(spec));
    }
    List<GroupAlignment> alignments =
        stopwatch.time(
            "alignment", () -> stages.run((batches, memory) -> align(spec, batches, similarity)));
    BlockCost cost = new BlockCost(a.graph(), spec, heads, request.sources().size());
    Set<Group> indivisible = Indivisible.groups(a.graph(), spec);
    BudgetPlan plan = budget.plan(a.graph(), spec, indivisible, cost);
    Map<Component, BlockLayout> components = new LinkedHashMap<>();
    alignments.forEach(
        alignment ->
            components.putAll(
                Layouts.of(
                    alignment.group(),
                    alignment.permutation(),
                    alignment.similarity(),
                    plan.merged().getOrDefault(alignment.group(), 0))));
    Layouts layouts = new Layouts(a.graph(), b.graph(), components, heads);
    noteIndivisible(indivisible, plan);
    Model initial = stopwatch.time("partial merge", () -> PartialMerge.merge(a, b, layouts));
    LayerPass.Result fitted =
        stopwatch.time(
            "refit",
            () ->
                stages.run(
                    (batches, memory) ->
                        new LayerPass(a, b, initial, layouts, batches, tools, passSettings, memory)
                            .run(request.progress())));
    notes.addAll(fitted.notes());
    Model merged = Heads.split(fitted.model(), layouts, heads, request.names());
    return new MergeResult(
        merged,
        new MergeReport(
            settings.all(),
            cost(cost, plan),
            alignments.stream().map(alignment -> report(alignment, plan)).toList(),
            fitted.layers(),
            stopwatch.stages(),
            notes));
  }

  private LayerPass.Settings passSettings() {
    return new LayerPass.Settings(
        settings.choice("refit", RefitInputs.class),
        settings.choice("targets", Targets.class) == Targets.STREAM,
        Normalization.recalibrates(settings),
        settings.real("ridge", 0, Double.MAX_VALUE),
        Calibration.rowsPerColumn(settings),
        request.seed());
  }

  private double prove(PermutationSpec spec) {
    return Math.max(
        SymmetryProof.check(a, spec, tools.backend(), request.seed()),
        SymmetryProof.check(b, spec, tools.backend(), request.seed() + 1));
  }

  private List<GroupAlignment> align(PermutationSpec spec, Batches batches, Similarity similarity) {
    return ActivationMatching.match(
        a.graph(),
        spec,
        ActivationMatching.moments(a, b, spec, batches, tools.backend(), request.progress()),
        similarity,
        tools.matcher());
  }

  private void noteIndivisible(Set<Group> indivisible, BudgetPlan plan) {
    boolean keepsApart =
        plan.merged().entrySet().stream().anyMatch(e -> e.getValue() < e.getKey().size());
    if (!indivisible.isEmpty() && keepsApart) {
      notes.add(
          "merged whole, whatever the budget, since a layer normalization is over all of their"
              + " units: "
              + indivisible.stream().map(Group::name).sorted().collect(Collectors.joining(", ")));
    }
  }

  private static MergeReport.Cost cost(BlockCost cost, BudgetPlan plan) {
    ToIntFunction<Group> merged = group -> plan.merged().getOrDefault(group, 0);
    return new MergeReport.Cost(
        cost.relative(BlockCost.Unit.FLOPS, merged),
        cost.relativeDense(BlockCost.Unit.FLOPS, merged),
        cost.relative(BlockCost.Unit.PARAMETERS, merged));
  }

  private static MergeReport.Group report(GroupAlignment alignment, BudgetPlan plan) {
    Group group = alignment.group();
    int merged = plan.merged().getOrDefault(group, 0);
    return new MergeReport.Group(
        group.name(),
        group.size(),
        merged,
        2 * group.size() - merged,
        alignment.meanBefore(),
        alignment.meanAfter(),
        list(alignment.permutation().units()),
        group.components().stream().allMatch(component -> component.width() == 1)
            ? List.of()
            : alignment.permutation().components().stream().map(PairMerge::list).toList());
  }

  private static List<Integer> list(Permutation permutation) {
    return Arrays.stream(permutation.toArray()).boxed().toList();
  }
}
