package dev.pleas.core.method;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.PlanRequest;
import dev.pleas.api.merge.Statistics;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.core.alignment.ActivationMatching;
import dev.pleas.core.alignment.Alignment;
import dev.pleas.core.alignment.Evidence;
import dev.pleas.core.alignment.GroupAlignment;
import dev.pleas.core.alignment.Similarity;
import dev.pleas.core.budget.BlockCost;
import dev.pleas.core.budget.BudgetPlan;
import dev.pleas.core.budget.GroupGains;
import dev.pleas.core.gain.GainMeasurement;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.moments.JointMoments;
import dev.pleas.core.naming.NamePattern;
import dev.pleas.core.normalization.TransferredStatistics;
import dev.pleas.core.normalization.VarianceRatios;
import dev.pleas.core.partial.BlockLayout;
import dev.pleas.core.partial.Indivisible;
import dev.pleas.core.partial.Layouts;
import dev.pleas.core.partial.PartialMerge;
import dev.pleas.core.refit.LayerPass;
import dev.pleas.core.refit.Ridge;
import dev.pleas.core.refit.StatisticsPass;
import dev.pleas.core.symmetry.Symmetry;
import dev.pleas.core.symmetry.SymmetryProof;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One merge, from alignment to the finished model. */
final class PleasMerge {
  private final MergeRequest request;
  private final Settings settings;
  private final OutputHeads heads;
  private final List<Model> sources;
  private final boolean transfers;
  private final MergeData data;
  private final Graph graph;
  private final Tools tools;
  private final Stopwatch stopwatch = new Stopwatch();
  private final List<String> notes = new ArrayList<>();

  PleasMerge(MergeRequest request, Settings settings) {
    this(request, settings, request.sources());
  }

  /**
   * @param elsewhere the sources with batch normalization statistics of the calibration data, where
   *     that is other data than they were trained on
   */
  PleasMerge(MergeRequest request, Settings settings, List<Model> elsewhere) {
    this.settings = settings;
    this.heads = OutputHeads.of(settings, PlanRequest.of(request), notes);
    this.request = heads.join(request);
    this.transfers = elsewhere != request.sources();
    this.sources = transfers ? heads.joinModels(elsewhere) : this.request.sources();
    this.data = new MergeData(this.request, settings, notes::add);
    this.graph = sources.get(0).graph();
    this.tools = request.tools();
  }

  MergeResult run() {
    Budget budget = Budget.of(settings, PlanRequest.of(request));
    Alignment alignment = alignment(settings, request.seed());
    LayerPass.Settings passSettings = passSettings(settings, graph, request.seed(), data);
    boolean proves = settings.flag("check-symmetry");
    data.open(passSettings);
    PermutationSpec spec = Symmetry.derive(graph);
    if (request.statistics() != null) {
      boolean fits = data.fitsByStatistics(passSettings);
      PleasStatistics.check(sources, spec, request.statistics(), fits);
    }
    GroupReports groups = GroupReports.of(settings, spec, sources.size());
    if (proves) {
      stopwatch.time("symmetry proof", () -> prove(spec));
    }
    List<GroupAlignment> alignments =
        stopwatch.time(
            "alignment",
            () ->
                alignment.align(
                    request.sources(), spec, moments(alignment, spec), heads.nodes(), tools));
    BlockCost cost = new BlockCost(graph, spec, heads.nodes(), sources.size());
    Set<Group> indivisible = Indivisible.groups(graph, spec);
    GroupGains gains =
        budget.needsGains()
            ? stopwatch.time(
                "gains",
                () ->
                    data.images().run((batches, memory) -> gains(alignments, indivisible, batches)))
            : null;
    BudgetPlan plan = budget.plan(graph, spec, indivisible, cost, gains);
    if (gains != null) {
      notes.add(budget.note(graph, spec, indivisible, cost, plan, gains));
    }
    Map<Component, BlockLayout> components = new LinkedHashMap<>();
    alignments.forEach(of -> components.putAll(layouts(of, plan.mergedOf(of.group()))));
    Layouts layouts = new Layouts(graph, sources.size(), components, heads.layouts());
    noteIndivisible(indivisible, plan, notes);
    Model initial = stopwatch.time("partial merge", () -> PartialMerge.merge(sources, layouts));
    LayerPass.Result fitted = stopwatch.time("refit", () -> fit(initial, layouts, passSettings));
    notes.addAll(fitted.notes());
    List<MergeReport.Normalization> normalizations =
        data.hasImages()
            ? stopwatch.time("variance ratios", () -> ratios(initial, fitted.model(), layouts))
            : List.of();
    Model merged =
        transfers
            ? TransferredStatistics.of(fitted.model(), layouts, request.sources(), sources)
            : fitted.model();
    return new MergeResult(
        heads.split(merged),
        new MergeReport(
            settings.all(),
            cost(cost, plan),
            alignments.stream().map(of -> groups.of(of, plan)).toList(),
            fitted.layers(),
            normalizations,
            stopwatch.stages(),
            notes));
  }

  /** What was collected of the sources' activations, now or earlier. */
  private Map<String, JointMoments> moments(Alignment alignment, PermutationSpec spec) {
    if (!alignment.evidence().needsActivations()) {
      return Map.of();
    }
    return request.statistics() == null
        ? data.images()
            .run(
                (batches, memory) ->
                    ActivationMatching.moments(
                        sources, spec, batches, tools.backend(), request.progress()))
        : PleasStatistics.moments(graph, spec, request.statistics());
  }

  private LayerPass.Result fit(Model initial, Layouts layouts, LayerPass.Settings how) {
    Statistics statistics = request.statistics();
    if (statistics == null || !data.fitsByStatistics(how)) {
      return data.images().run((batches, memory) -> pass(initial, layouts, batches, how, memory));
    }
    LayerPass.Result fitted =
        new StatisticsPass(sources, initial, layouts, statistics, tools, how)
            .run(request.progress());
    if (!data.hasImages() || !how.recalibrate()) {
      return fitted;
    }
    LayerPass.Settings onlyStatistics = LayerPass.Settings.ofStatistics();
    Model calibrated =
        data.images()
            .run(
                (batches, memory) -> pass(fitted.model(), layouts, batches, onlyStatistics, memory))
            .model();
    return new LayerPass.Result(calibrated, fitted.layers(), fitted.notes());
  }

  private LayerPass.Result pass(
      Model initial, Layouts layouts, Batches batches, LayerPass.Settings how, long memory) {
    return new LayerPass(sources, initial, layouts, batches, tools, how, memory)
        .run(request.progress());
  }

  private List<MergeReport.Normalization> ratios(Model initial, Model fitted, Layouts layouts) {
    return data.images()
        .run(
            (batches, memory) ->
                new VarianceRatios(graph, layouts, batches, tools.backend(), memory)
                    .measure(sources, initial, fitted, request.progress()));
  }

  /**
   * Reads how the network is gone through.
   *
   * @param data which decides where inputs come from if a person does not, or null for a plan
   */
  static LayerPass.Settings passSettings(
      Settings settings, Graph graph, long seed, @Nullable MergeData data) {
    return new LayerPass.Settings(
        MergeData.inputs(settings, data),
        settings.choice("targets", Targets.class) == Targets.STREAM,
        Normalization.recalibrates(settings, data != null && data.statisticsOnly()),
        ridge(settings),
        excluded(settings, graph),
        (int) settings.whole("passes", 1, 100),
        Calibration.rowsPerColumn(settings),
        seed);
  }

  private static Ridge ridge(Settings settings) {
    return settings.text("ridge").equals("auto")
        ? Ridge.AUTO
        : new Ridge(settings.real("ridge", 0, Double.MAX_VALUE));
  }

  /** The layers that a person keeps from being fitted. */
  private static Set<String> excluded(Settings settings, Graph graph) {
    List<String> layers =
        graph.nodes().stream()
            .filter(node -> node.op() instanceof Op.Conv2d || node.op() instanceof Op.Linear)
            .map(Node::name)
            .toList();
    Set<String> excluded = new LinkedHashSet<>();
    for (String text : settings.text("exclude").split(",", -1)) {
      List<String> fitting = NamePattern.of(text.strip()).matching(layers);
      if (fitting.isEmpty() && !text.isBlank()) {
        throw new ConfigurationException(
            "exclude: no layer is called "
                + text.strip()
                + "; there are: "
                + String.join(", ", layers));
      }
      excluded.addAll(fitting);
    }
    return excluded;
  }

  private double prove(PermutationSpec spec) {
    double worst = 0;
    for (int s = 0; s < sources.size(); s++) {
      long seed = request.seed() + s;
      worst = Math.max(worst, SymmetryProof.check(sources.get(s), spec, tools.backend(), seed));
    }
    return worst;
  }

  /** Reads how units are matched. */
  static Alignment alignment(Settings settings, long seed) {
    return new Alignment(
        settings.choice("alignment", Evidence.class),
        settings.choice("similarity", Similarity.class),
        settings.real("weight-share", 0, 1),
        seed);
  }

  private GroupGains gains(
      List<GroupAlignment> alignments, Set<Group> indivisible, Batches batches) {
    Map<Group, GroupAlignment> byGroup = new LinkedHashMap<>();
    alignments.forEach(alignment -> byGroup.put(alignment.group(), alignment));
    PermutationSpec spec = new PermutationSpec(List.copyOf(byGroup.keySet()));
    return new GainMeasurement(
            sources,
            ActivationMatching.taps(graph, spec),
            (group, merged) -> layouts(Objects.requireNonNull(byGroup.get(group)), merged),
            batches,
            tools,
            heads.layouts().isEmpty())
        .measure(
            spec.groups().stream().filter(group -> !indivisible.contains(group)).toList(),
            request.progress());
  }

  private static Map<Component, BlockLayout> layouts(GroupAlignment alignment, int merged) {
    return Layouts.of(alignment.group(), alignment.permutations(), alignment.matched(), merged);
  }

  /** Says which groups a plan could not divide, if it divides any. */
  static void noteIndivisible(Set<Group> indivisible, BudgetPlan plan, List<String> notes) {
    boolean keepsApart =
        plan.merged().entrySet().stream().anyMatch(e -> e.getValue() < e.getKey().size());
    if (!indivisible.isEmpty() && keepsApart) {
      notes.add(
          "merged whole, whatever the budget, since a layer normalization is over all of their"
              + " units: "
              + indivisible.stream().map(Group::name).sorted().collect(Collectors.joining(", ")));
    }
  }

  /** Returns what a plan costs. */
  static MergeReport.Cost cost(BlockCost cost, BudgetPlan plan) {
    ToIntFunction<Group> merged = plan::mergedOf;
    return new MergeReport.Cost(
        cost.relative(BlockCost.Unit.FLOPS, merged),
        cost.relativeDense(BlockCost.Unit.FLOPS, merged),
        cost.relative(BlockCost.Unit.PARAMETERS, merged));
  }
}
