package dev.pleas.cli.merge;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.error.PleasException;
import dev.pleas.api.merge.MergeMethodProvider;
import dev.pleas.api.merge.MergeReport.Stage;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.PlanRequest;
import dev.pleas.api.merge.PlannedMerge;
import dev.pleas.api.merge.PlannedMethod;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.model.Model;
import dev.pleas.api.provider.Selection;
import dev.pleas.cli.evaluation.Evaluator;
import dev.pleas.cli.evaluation.Score;
import dev.pleas.cli.session.ChosenTools;
import dev.pleas.cli.session.LoadedModel;
import dev.pleas.cli.session.Session;
import dev.pleas.cli.session.ToolIds;
import dev.pleas.models.data.DataSpec;
import dev.pleas.models.data.ImageData;
import dev.pleas.models.data.LabeledSamples;
import dev.pleas.models.data.Preprocessing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a plan needs, opened and checked: tools, networks, images. Several merges can be
 * made in one workspace.
 */
public final class Workspace implements AutoCloseable {
  private final Session session;
  private final MergePlan plan;
  private final ChosenTools tools;
  private final MemoryWatch progress;
  private final List<LoadedModel> sources = new ArrayList<>();
  private final List<Model> models = new ArrayList<>();
  private final List<Provenance.Source> origins = new ArrayList<>();
  private final List<LabeledSamples> evaluationData = new ArrayList<>();
  private @Nullable LabeledSamples calibration;
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
   * Opens what a plan names, but reads no weights: enough to {@linkplain #plannedMerge plan}, not to
   * merge.
   *
   * @throws dev.pleas.api.error.PleasException if something is missing, damaged, unknown or does
   *     not fit
   */
  public static Workspace survey(
      Session session, MergePlan plan, ToolIds ids, Progress progress) {
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
    DataSpec images = plan.calibration();
    if (images != null) {
      LabeledSamples samples = ImageData.open(images);
      calibration = samples;
      sources.replaceAll(source -> source.fitTo(samples, images.path()));
    }
    for (EvaluationPlan evaluation : plan.evaluations()) {
      String head = evaluation.head();
      if (head != null && !names().contains(head)) {
        throw new ConfigurationException(
            "evaluation "
                + evaluation.name()
                + ": there is no source "
                + head
                + " whose head to use; there are: "
                + String.join(", ", names()));
      }
      LabeledSamples samples = ImageData.open(evaluation.data());
      Evaluator.requireLabels(samples, evaluation.data().path());
      sources.forEach(source -> source.fitTo(samples, evaluation.data().path()));
      evaluationData.add(samples);
    }
    loadNanos = System.nanoTime() - start;
  }

  private void readNetworks() {
    long start = System.nanoTime();
    try (Progress.Stage stage = progress.begin("Reading networks", sources.size())) {
      for (int i = 0; i < sources.size(); i++) {
        models.add(sources.get(i).read());
        origins.add(Provenance.Source.of(plan.models().get(i).name(), sources.get(i)));
        stage.advance(1);
      }
    }
    loadNanos += System.nanoTime() - start;
  }

  /** Returns the plan. */
  public MergePlan plan() {
    return plan;
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
    if (session.method(plan.method()).provider().create() instanceof PlannedMethod method) {
      return method.plan(
          new PlanRequest(
              sources.stream().map(LoadedModel::graph).toList(),
              names(),
              null,
              plan.parameters()));
    }
    throw new ConfigurationException(
        "method "
            + plan.method()
            + " cannot say what it would make without making it; use pleas merge");
  }

  /**
   * Merges, and evaluates the result.
   *
   * @param methodId id of a merge method
   * @param parameters its settings
   * @throws dev.pleas.api.error.PleasException if the method refuses
   */
  public MergeOutcome merge(String methodId, Map<String, String> parameters) {
    Selection<MergeMethodProvider> method = session.method(methodId);
    MergeResult result =
        method
            .provider()
            .create()
            .merge(
                new MergeRequest(
                    models,
                    names(),
                    calibration,
                    parameters,
                    plan.seed(),
                    tools.tools(),
                    progress));
    DataSpec images = plan.calibration();
    long start = System.nanoTime();
    List<String> notes = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      String name = names().get(i);
      sources.get(i).network().notes().forEach(note -> notes.add(name + ": " + note));
    }
    notes.addAll(result.report().notes());
    if (images != null && unnormalized(images.preprocessing())) {
      notes.add(
          "the calibration images are used as they are, from 0 to 1: give the mean and std that the"
              + " networks were trained with");
    }
    List<Score> scores = evaluate("the result of " + methodId, result.model(), notes);
    List<Stage> stages = new ArrayList<>();
    stages.add(new Stage("reading networks", loadNanos));
    stages.addAll(result.report().stages());
    if (!scores.isEmpty()) {
      stages.add(new Stage("evaluating", System.nanoTime() - start));
    }
    Provenance provenance =
        new Provenance(
            Session.version(),
            ChosenTools.Choice.of(method),
            result.report().settings(),
            plan.seed(),
            tools.choices(),
            origins,
            images == null
                ? null
                : Provenance.Calibration.of(images, Objects.requireNonNull(calibration).count()),
            Provenance.Environment.here());
    return new MergeOutcome(
        result,
        sources,
        names(),
        images == null ? null : images.preprocessing(),
        scores,
        stages,
        notes,
        progress.peak(),
        provenance);
  }

  private static boolean unnormalized(Preprocessing images) {
    return images.mean().stream().allMatch(mean -> mean == 0)
        && images.std().stream().allMatch(std -> std == 1);
  }

  /** Measures a source on those evaluations whose task it has learned. */
  public List<Score> evaluateSource(int index) {
    String name = names().get(index);
    List<Score> scores = new ArrayList<>();
    for (int i = 0; i < plan.evaluations().size(); i++) {
      if (plan.evaluations().get(i).concerns(name)) {
        scores.add(score(name, models.get(index), i));
      }
    }
    return scores;
  }

  /** Measures a merged network; what cannot be measured becomes a note, and the merge is kept. */
  private List<Score> evaluate(String what, Model model, List<String> notes) {
    List<Score> scores = new ArrayList<>();
    for (int i = 0; i < plan.evaluations().size(); i++) {
      EvaluationPlan evaluation = plan.evaluations().get(i);
      try {
        scores.add(score(what, model, i));
      } catch (PleasException e) {
        notes.add("not evaluated on " + evaluation.name() + ": " + e.getMessage());
      }
    }
    return scores;
  }

  private Score score(String what, Model model, int index) {
    LabeledSamples samples = evaluationData.get(index);
    EvaluationPlan evaluation = plan.evaluations().get(index);
    // Where there is only one head, sources before the merge for instance, it is the one.
    String head = model.graph().outputs().size() == 1 ? null : evaluation.head();
    Model fitting = new Model(model.graph().withInput(samples.shape()), model.parameters());
    return new Evaluator(tools.tools().backend(), progress)
        .evaluate(what, fitting, samples, evaluation.name(), head);
  }

  @Override
  public void close() {
    sources.forEach(LoadedModel::close);
    tools.close();
  }
}
