package dev.pleas.cli.merge;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.error.DataException;
import dev.pleas.api.error.PleasException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.MergeMethod;
import dev.pleas.api.merge.MergeReport.Stage;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.merge.PlanRequest;
import dev.pleas.api.merge.PlannedMerge;
import dev.pleas.api.merge.PlannedMethod;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.merge.Statistics;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.Shape;
import dev.pleas.cli.evaluation.Score;
import dev.pleas.cli.labels.LearnedTasks;
import dev.pleas.cli.labels.NetworkLabels;
import dev.pleas.cli.preflight.Preflight;
import dev.pleas.cli.session.ChosenTools;
import dev.pleas.cli.session.LoadedModel;
import dev.pleas.cli.session.Session;
import dev.pleas.cli.session.ToolIds;
import dev.pleas.cli.statistics.SavedStatistics;
import dev.pleas.cli.statistics.StatisticsOrigin;
import dev.pleas.models.data.DataSpec;
import dev.pleas.models.data.ImageData;
import dev.pleas.models.data.LabeledSamples;
import dev.pleas.models.data.Preprocessing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a plan needs, opened and checked: tools, networks, images. Several merges can be
 * made in one workspace.
 */
public final class Workspace implements AutoCloseable {
  /** What to tell where images are {@linkplain #unnormalized not normalized}. */
  public static final String UNNORMALIZED =
      "the calibration images are used as they are, from 0 to 1: give the mean and std that the"
          + " networks were trained with";

  private final Session session;
  private final MergePlan plan;
  private final ChosenTools tools;
  private final MemoryWatch progress;
  private final List<LoadedModel> sources = new ArrayList<>();
  private final List<Model> models = new ArrayList<>();
  private final List<Provenance.Source> origins = new ArrayList<>();
  private @Nullable LabeledSamples calibration;
  private LearnedTasks tasks = new LearnedTasks(List.of(), 0, false);
  private Evaluations evaluations = Evaluations.NONE;
  private @Nullable Preflight preflight;
  private Provenance.@Nullable Statistics statisticsUsed;
  private long loadNanos;

  private Workspace(Session session, MergePlan plan, ChosenTools tools, Progress progress) {
    this.session = session;
    this.plan = plan;
    this.tools = tools;
    this.progress = new MemoryWatch(progress, tools.tools().backend());
  }

  /**
   * Opens what a plan names: headers and images first, weights last.
   *
   * @throws dev.pleas.api.error.PleasException if something is missing, damaged, unknown or does
   *     not fit
   */
  public static Workspace open(Session session, MergePlan plan, ToolIds ids, Progress progress) {
    Workspace workspace = survey(session, plan, ids, progress);
    try {
      workspace.readNetworks();
      return workspace;
    } catch (RuntimeException | Error e) {
      workspace.close();
      throw e;
    }
  }

  /**
   * Opens what a plan names, but reads no weights: enough to {@linkplain #plannedMerge plan}, not
   * to merge.
   *
   * @throws dev.pleas.api.error.PleasException if something is missing, damaged, unknown or does
   *     not fit
   */
  public static Workspace survey(Session session, MergePlan plan, ToolIds ids, Progress progress) {
    if (plan.models().size() < 2) {
      throw new ConfigurationException(
          "a merge needs two networks or more, found "
              + plan.models().size()
              + "; name each with --model, or in a recipe");
    }
    Workspace workspace = new Workspace(session, plan, session.tools(ids), progress);
    try {
      workspace.openFiles();
      return workspace;
    } catch (RuntimeException | Error e) {
      workspace.close();
      throw e;
    }
  }

  private void openFiles() {
    long start = System.nanoTime();
    for (NamedPath model : plan.models()) {
      sources.add(session.load(model.path(), model.heads()));
    }
    List<@Nullable NetworkLabels> stored = new ArrayList<>();
    sources.forEach(source -> stored.add(source.labels()));
    tasks =
        LearnedTasks.of(
            names(), sources.stream().map(LoadedModel::graph).toList(), stored, plan.labels());
    SavedStatistics statistics = plan.statistics();
    if (statistics != null) {
      statistics.origin().requireMethod(statistics.place(), plan.method());
      sources.replaceAll(source -> source.withInput(statistics.origin().input()));
    }
    DataSpec images = plan.calibration();
    if (images != null) {
      if (statistics != null) {
        statistics.origin().requirePreprocessing(statistics.place(), images.preprocessing());
      }
      LabeledSamples samples = ImageData.open(images);
      calibration = samples;
      sources.replaceAll(source -> source.fitTo(samples, images.path()));
    } else {
      List<LoadedModel> fitting = LoadedModel.ofOneInput(sources);
      sources.clear();
      sources.addAll(fitting);
    }
    evaluations = Evaluations.open(plan.evaluations(), tasks, sources.size(), progress);
    Shape size = evaluations.fit(sources);
    if (size != null && images == null && statistics == null) {
      // Nothing else says how large the images are.
      sources.replaceAll(source -> source.withInput(size));
    }
    loadNanos = System.nanoTime() - start;
  }

  private void readNetworks() {
    long start = System.nanoTime();
    preflight = Preflight.of(names(), sources);
    preflight.refuse();
    try (Progress.Stage stage = progress.begin("Reading networks", sources.size())) {
      for (int i = 0; i < sources.size(); i++) {
        models.add(sources.get(i).read());
        origins.add(Provenance.Source.of(plan.models().get(i).name(), sources.get(i)));
        stage.advance(1);
      }
    }
    SavedStatistics statistics = plan.statistics();
    if (statistics != null) {
      List<String> sha256 = origins.stream().map(Provenance.Source::sha256).toList();
      statistics.origin().requireSources(statistics.place(), names(), sha256);
      statisticsUsed = Provenance.Statistics.of(statistics);
    }
    loadNanos += System.nanoTime() - start;
  }

  /** Returns the plan. */
  public MergePlan plan() {
    return plan;
  }

  /** Returns how the sources' tensors compare. */
  public Preflight preflight() {
    return Objects.requireNonNull(preflight);
  }

  /** Returns the sources' names. */
  public List<String> names() {
    return plan.models().stream().map(NamedPath::name).toList();
  }

  /** Returns the sources, opened; they belong to the workspace. */
  public List<LoadedModel> sources() {
    return List.copyOf(sources);
  }

  /** Returns the implementations to work with; they belong to the workspace. */
  public Tools tools() {
    return tools.tools();
  }

  /** Returns which implementations were chosen, and why, by kind. */
  public Map<String, ChosenTools.Choice> choices() {
    return tools.choices();
  }

  /** Returns how many calibration images there are. */
  public int calibrationSamples() {
    return calibration == null ? 0 : calibration.count();
  }

  /**
   * Returns what the plan's merge would make.
   *
   * @throws ConfigurationException if the method cannot say so
   */
  public PlannedMerge plannedMerge() {
    if (method(plan.method()) instanceof PlannedMethod method) {
      return method.plan(
          new PlanRequest(
              sources.stream().map(LoadedModel::graph).toList(),
              names(),
              tasks.spaces(),
              plan.parameters()));
    }
    throw new ConfigurationException(
        "method "
            + plan.method()
            + " cannot say what it would make without making it; use pleas merge");
  }

  /**
   * Collects the statistics by which the plan's method can merge without images.
   *
   * @return of what they are
   * @throws DataException if there are no calibration images
   * @throws dev.pleas.api.error.PleasException if the method refuses
   */
  public StatisticsOrigin collect(Statistics.Sink sink) {
    DataSpec images = plan.calibration();
    LabeledSamples samples = calibration;
    if (images == null || samples == null) {
      throw new DataException(
          "no images to compute statistics of; name some with --data, or in a recipe");
    }
    collect(plan.parameters(), sink);
    List<MethodParameter> known = method(plan.method()).parameters();
    return CollectedStatistics.origin(plan, known, origins, images, samples);
  }

  /**
   * Collects the statistics by which the plan's method can merge, for the time being.
   *
   * @param parameters settings of the method, instead of the plan's
   * @throws dev.pleas.api.error.PleasException if the method refuses
   */
  public void collect(Map<String, String> parameters, Statistics.Sink sink) {
    method(plan.method()).statistics(request(parameters, null), sink);
  }

  private MergeRequest request(Map<String, String> parameters, @Nullable Statistics statistics) {
    return new MergeRequest(
        models,
        names(),
        tasks.spaces(),
        calibration,
        statistics,
        parameters,
        plan.seed(),
        tools.tools(),
        progress);
  }

  /**
   * Merges, and evaluates the result; by the plan's statistics, if it has any.
   *
   * @param methodId id of a merge method
   * @param parameters its settings
   * @throws dev.pleas.api.error.PleasException if the method refuses
   */
  public MergeOutcome merge(String methodId, Map<String, String> parameters) {
    SavedStatistics statistics = plan.statistics();
    return statistics == null || !methodId.equals(statistics.origin().method())
        ? merge(methodId, parameters, null)
        : merge(
            methodId, statistics.origin().settingsOf(statistics.place(), parameters), statistics);
  }

  /**
   * Merges plainly, to have something to compare with: by the method {@code average}, with those of
   * the plan's settings that it knows.
   *
   * @throws dev.pleas.api.error.PleasException if the method refuses
   */
  public MergeOutcome average() {
    String id = "average";
    Map<String, String> known = new LinkedHashMap<>(plan.parameters());
    if (calibration == null) {
      known.put("normalization", "none"); // There is nothing to recalibrate on.
    }
    known.keySet().retainAll(parameters(id));
    return merge(id, known, null);
  }

  /** Returns the names of a method's settings. */
  public Set<String> parameters(String methodId) {
    return method(methodId).parameters().stream()
        .map(MethodParameter::name)
        .collect(Collectors.toSet());
  }

  /**
   * Merges by statistics, and evaluates the result.
   *
   * @param statistics what {@link #collect} gave for this plan, or null
   * @throws dev.pleas.api.error.PleasException if the method refuses
   */
  public MergeOutcome merge(
      String methodId, Map<String, String> parameters, @Nullable Statistics statistics) {
    MergeResult result = method(methodId).merge(request(parameters, statistics));
    long start = System.nanoTime();
    List<String> notes = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      String name = names().get(i);
      sources.get(i).network().notes().forEach(note -> notes.add(name + ": " + note));
    }
    notes.addAll(result.report().notes());
    if (unnormalized()) {
      notes.add(UNNORMALIZED);
    }
    NetworkLabels outputs = tasks.ofMerged(result.model().graph());
    if (outputs == null && tasks.labeled()) {
      notes.add(
          "the names of the classes are not kept: the outputs that were merged have other classes"
              + " in some sources, or another number of them; set heads = separate to keep them"
              + " apart");
    }
    List<Score> scores =
        evaluations.ofMerged(
            "the result of " + methodId, result.model(), outputs, backend(), notes);
    List<Baseline> baselines = scores.isEmpty() ? List.of() : baselines(notes);
    List<Stage> stages = new ArrayList<>();
    stages.add(new Stage("reading networks", loadNanos));
    stages.addAll(result.report().stages());
    if (!scores.isEmpty()) {
      stages.add(new Stage("evaluating", System.nanoTime() - start));
    }
    return new MergeOutcome(
        result,
        sources,
        names(),
        outputs,
        preflight(),
        preprocessing(),
        scores,
        baselines,
        stages,
        notes,
        progress.peak(),
        provenance(methodId, result.report().settings()));
  }

  /**
   * Returns where networks that are merged here come from.
   *
   * @param settings every setting in force
   */
  public Provenance provenance(String methodId, Map<String, String> settings) {
    DataSpec images = plan.calibration();
    boolean byStatistics =
        plan.statistics() != null && plan.statistics().origin().method().equals(methodId);
    return new Provenance(
        Session.version(),
        ChosenTools.Choice.of(session.method(methodId)),
        settings,
        plan.seed(),
        tools.choices(),
        origins,
        images == null
            ? null
            : Provenance.Calibration.of(images, Objects.requireNonNull(calibration).count()),
        byStatistics ? statisticsUsed : null,
        Provenance.Environment.here());
  }

  /**
   * What was done to the images that the networks were run on, now or earlier, or else judged by.
   */
  private @Nullable Preprocessing preprocessing() {
    DataSpec images = plan.calibration();
    if (images != null) {
      return images.preprocessing();
    }
    if (plan.statistics() != null) {
      return plan.statistics().origin().preprocessing();
    }
    return plan.evaluations().isEmpty() ? null : plan.evaluations().get(0).data().preprocessing();
  }

  /** Returns whether calibration images are used as they are, from 0 to 1; texts always are. */
  public boolean unnormalized() {
    Preprocessing images = preprocessing();
    Graph graph = sources.get(0).graph();
    return images != null
        && graph.ids(graph.onlyInput()).isEmpty()
        && (calibration != null || plan.statistics() != null)
        && images.mean().stream().allMatch(mean -> mean == 0)
        && images.std().stream().allMatch(std -> std == 1);
  }

  /** The sources; what cannot be measured becomes a note, and the merge is kept. */
  private List<Baseline> baselines(List<String> notes) {
    List<Baseline> baselines = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      String name = names().get(i);
      try {
        baselines.add(new Baseline(name, evaluateSource(i)));
      } catch (PleasException e) {
        notes.add(name + " not evaluated: " + e.getMessage());
      }
    }
    return baselines;
  }

  /** Measures a source, once, on those evaluations whose task it has learned. */
  public List<Score> evaluateSource(int index) {
    return evaluations.ofSource(index, names().get(index), models.get(index), backend());
  }

  /**
   * Measures the ensemble of the sources, which run all, with the outputs that a merged network
   * has.
   *
   * @param merged one of the sources
   * @param notes takes what cannot be measured
   */
  public List<Score> evaluateEnsemble(Graph merged, List<String> notes) {
    return evaluations.ofEnsemble(merged, models, backend(), notes);
  }

  private MergeMethod method(String id) {
    return session.method(id).provider().create();
  }

  private TensorBackend backend() {
    return tools.tools().backend();
  }

  @Override
  public void close() {
    sources.forEach(LoadedModel::close);
    tools.close();
  }
}
