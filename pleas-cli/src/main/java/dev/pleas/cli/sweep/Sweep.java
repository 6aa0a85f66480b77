package dev.pleas.cli.sweep;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.error.PleasException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.Statistics;
import dev.pleas.cli.evaluation.Score;
import dev.pleas.cli.merge.MergeOutcome;
import dev.pleas.cli.merge.MergePlan;
import dev.pleas.cli.merge.Workspace;
import dev.pleas.cli.statistics.SavedStatistics;
import dev.pleas.cli.statistics.SpooledStatistics;
import dev.pleas.cli.sweep.SweepDocument.Point;
import dev.pleas.cli.terminal.Quantity;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Merges the networks of one plan at many budgets, and measures each result. */
public final class Sweep {
  private static final String REFIT = "refit";
  private static final String SOURCES = "sources";

  private final Workspace workspace;
  private final MergePlan plan;
  private final Keeper keeper;
  private final Map<String, String> parameters;
  private final Set<String> notes = new LinkedHashSet<>();
  private @Nullable Map<String, String> settings;
  private @Nullable Graph merged;

  /** May keep merged networks. */
  @FunctionalInterface
  public interface Keeper {
    /**
     * Is given a merged network.
     *
     * @return where it was written, or null
     */
    @Nullable String keep(String budget, MergeOutcome outcome);
  }

  /**
   * @param workspace stays the caller's; its plan's budget does not count
   * @throws ConfigurationException if there is nothing to measure, or the method has no budget
   */
  public Sweep(Workspace workspace, Keeper keeper) {
    this.workspace = workspace;
    this.plan = workspace.plan();
    this.keeper = keeper;
    this.parameters = new LinkedHashMap<>(plan.parameters());
    parameters.keySet().removeAll(Set.of("budget", "ratios"));
    if (plan.evaluations().isEmpty()) {
      throw new ConfigurationException(
          "a sweep compares accuracies, and the recipe has nothing to measure them on; give it"
              + " evaluation: - {data: labelled images}");
    }
    if (!workspace.parameters(plan.method()).contains("budget")) {
      throw new ConfigurationException(
          "method "
              + plan.method()
              + " has no budget, so its results are all of one size; use the method pleas");
    }
  }

  /**
   * Merges at every budget, and makes what the results are compared with. A budget that fails
   * becomes a point that says why.
   *
   * @param budgets not empty
   * @param scratch a folder with room for statistics
   * @param command the command line that repeats the sweep
   * @throws PleasException if what is needed for all budgets cannot be collected
   */
  public SweepDocument run(List<BigDecimal> budgets, Path scratch, List<String> command) {
    if (plan.statistics() != null || plan.calibration() == null) {
      return run(budgets, plan.statistics(), command);
    }
    try (SpooledStatistics spool = SpooledStatistics.in(scratch)) {
      return run(budgets, collects(spool) ? spool : null, command);
    }
  }

  /**
   * Collects what all merges need, if there is any: all that a fit to the sources' inputs needs, or
   * what units are matched by.
   */
  private boolean collects(SpooledStatistics spool) {
    Map<String, String> with = new LinkedHashMap<>(parameters);
    if (workspace.parameters(plan.method()).contains(REFIT) && !fitsToSources()) {
      with.put(REFIT, "merged");
    }
    try {
      workspace.collect(with, spool);
      return true;
    } catch (ConfigurationException e) {
      return false; // Not with this method or these settings; each merge goes through the images.
    }
  }

  private boolean fitsToSources() {
    return SOURCES.equals(parameters.getOrDefault(REFIT, "").strip());
  }

  private SweepDocument run(
      List<BigDecimal> budgets, @Nullable Statistics statistics, List<String> command) {
    List<Point> points = new ArrayList<>();
    for (BigDecimal budget : budgets.stream().sorted().toList()) {
      points.add(merged(budget, statistics));
    }
    List<Point> sources = new ArrayList<>();
    for (int i = 0; i < workspace.names().size(); i++) {
      sources.add(source(i));
    }
    Point average = average();
    Point ensemble = ensemble();
    return new SweepDocument(
        SweepDocument.FORMAT,
        workspace.sources().get(0).graph().architecture(),
        plan.evaluations().stream().map(evaluation -> evaluation.name()).toList(),
        points,
        sources,
        average,
        ensemble,
        refit(statistics),
        List.copyOf(notes),
        command,
        workspace.provenance(
            plan.method(), Objects.requireNonNullElse(settings, plan.parameters())));
  }

  private Point merged(BigDecimal budget, @Nullable Statistics statistics) {
    String text = budget.toPlainString();
    String name = "merged at " + text + "×";
    long start = System.nanoTime();
    try {
      Map<String, String> with = new LinkedHashMap<>(parameters);
      with.put("budget", text);
      MergeOutcome outcome = merge(with, statistics);
      merged = outcome.result().model().graph();
      if (settings == null) {
        settings = new LinkedHashMap<>(outcome.result().report().settings());
        settings.remove("budget"); // Each has its own.
      }
      notes.addAll(outcome.notes());
      long elapsed = System.nanoTime() - start;
      return point(name, text, outcome, elapsed, keeper.keep(text, outcome));
    } catch (PleasException e) {
      return Point.failed(name, text, message(e), System.nanoTime() - start);
    }
  }

  private MergeOutcome merge(Map<String, String> with, @Nullable Statistics statistics) {
    return plan.statistics() != null
        ? workspace.merge(plan.method(), with)
        : workspace.merge(plan.method(), with, statistics);
  }

  private Point source(int index) {
    String name = workspace.names().get(index);
    try {
      return Point.of(name, null, 1, 1, workspace.evaluateSource(index), 0, null);
    } catch (PleasException e) {
      notes.add(name + " not evaluated: " + message(e));
      return Point.of(name, null, 1, 1, List.of(), 0, null);
    }
  }

  private @Nullable Point average() {
    String name = "plain average";
    long start = System.nanoTime();
    try {
      MergeOutcome outcome = workspace.average();
      return point(name, null, outcome, System.nanoTime() - start, null);
    } catch (PleasException e) {
      notes.add("no " + name + " to compare with: " + message(e));
      return null;
    }
  }

  /** All sources, at the cost of all. Whatever the budget, merged transformers are less than it. */
  private @Nullable Point ensemble() {
    if (merged == null) {
      return null;
    }
    long start = System.nanoTime();
    List<String> missing = new ArrayList<>();
    List<Score> scores = workspace.evaluateEnsemble(merged, missing);
    notes.addAll(missing);
    int all = workspace.names().size();
    return Point.of("ensemble", null, all, all, scores, System.nanoTime() - start, null);
  }

  private static Point point(
      String name,
      @Nullable String budget,
      MergeOutcome outcome,
      long elapsed,
      @Nullable String folder) {
    MergeReport.@Nullable Cost cost = outcome.result().report().cost();
    double flops = cost == null ? 1 : cost.flops(); // Of a method without budgets, one source's.
    double parameters = cost == null ? 1 : cost.parameters();
    return Point.of(name, budget, flops, parameters, outcome.scores(), elapsed, folder);
  }

  /** Says where the inputs of fits came from. */
  private String refit(@Nullable Statistics statistics) {
    String inputs = settings == null ? "" : settings.getOrDefault(REFIT, "");
    String how = inputs.isEmpty() ? "" : REFIT + " = " + inputs + ", ";
    SavedStatistics saved = plan.statistics();
    if (saved != null) {
      return how
          + "statistics "
          + saved.path().getFileName()
          + " of "
          + Quantity.count(saved.origin().samples())
          + " samples"
          + (plan.calibration() == null ? "" : ", and calibration data");
    }
    String once = fitsToSources() ? "statistics collected once" : "units matched once";
    return how
        + (statistics == null ? "each merge on " : once + " for all budgets, on ")
        + Quantity.count(workspace.calibrationSamples())
        + " calibration samples";
  }

  private static String message(PleasException e) {
    return Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
  }
}
