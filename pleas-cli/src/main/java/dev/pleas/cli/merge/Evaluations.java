package dev.pleas.cli.merge;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.error.PleasException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.LabelSpaces;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.Shape;
import dev.pleas.cli.evaluation.DataClasses;
import dev.pleas.cli.evaluation.Evaluator;
import dev.pleas.cli.evaluation.Evaluator.Member;
import dev.pleas.cli.evaluation.Inference;
import dev.pleas.cli.evaluation.RelabeledSamples;
import dev.pleas.cli.evaluation.Score;
import dev.pleas.cli.labels.LearnedTasks;
import dev.pleas.cli.labels.NetworkLabels;
import dev.pleas.cli.session.LoadedModel;
import dev.pleas.models.data.ImageData;
import dev.pleas.models.data.LabeledSamples;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** What the networks of a merge are measured on: the evaluations of its plan, with their images. */
final class Evaluations {
  /** No evaluations. */
  static final Evaluations NONE =
      new Evaluations(List.of(), new LearnedTasks(List.of(), 0, false), Progress.NONE);

  private final List<EvaluationPlan> plans;
  private final LearnedTasks tasks;
  private final Progress progress;
  private final List<LabeledSamples> data = new ArrayList<>();
  private final Map<Integer, List<Score>> sourceScores = new HashMap<>();

  private Evaluations(List<EvaluationPlan> plans, LearnedTasks tasks, Progress progress) {
    this.plans = plans;
    this.tasks = tasks;
    this.progress = progress;
  }

  /**
   * Opens the images.
   *
   * @param tasks that the sources have learned
   * @param sources how many there are
   * @throws PleasException if an evaluation names what there is not, or its images cannot be read
   */
  static Evaluations open(
      List<EvaluationPlan> plans, LearnedTasks tasks, int sources, Progress progress) {
    Evaluations evaluations = new Evaluations(plans, tasks, progress);
    for (EvaluationPlan plan : plans) {
      evaluations.requireLabels(plan);
      evaluations.requireHead(plan);
      evaluations.data.add(evaluations.open(plan, sources));
    }
    return evaluations;
  }

  private void requireHead(EvaluationPlan plan) {
    String head = plan.head();
    if (head != null && !tasks.heads().contains(head)) {
      throw new ConfigurationException(
          "evaluation "
              + plan.name()
              + ": there is no source "
              + head
              + " whose head to use; there are: "
              + String.join(", ", tasks.heads()));
    }
  }

  private void requireLabels(EvaluationPlan evaluation) {
    if (!tasks.labeled() && (evaluation.joint() || evaluation.dataClasses() != null)) {
      throw new ConfigurationException(
          "evaluation "
              + evaluation.name()
              + ": "
              + (evaluation.joint() ? "joint" : "data-classes")
              + " needs the classes of the networks by name; give them as labels: in the recipe, or"
              + " with --label-map");
    }
    if (evaluation.joint() && evaluation.head() != null) {
      throw new ConfigurationException(
          "evaluation "
              + evaluation.name()
              + ": joint looks at all heads, and head: "
              + evaluation.head()
              + " at one; leave one of them out");
    }
  }

  /** The images, labelled with indices of the head's classes, or of all where they have names. */
  private LabeledSamples open(EvaluationPlan evaluation, int sources) {
    if (!tasks.labeled()) {
      LabeledSamples samples = ImageData.open(evaluation.data());
      Evaluator.requireLabels(samples, evaluation.data().path());
      return samples;
    }
    List<String> union = tasks.union();
    LabelSpaces spaces = tasks.spaces();
    List<String> head = spaces != null && spaces.identical() ? union : null;
    for (int i = 0; i < sources && evaluation.head() != null; i++) {
      LearnedTasks.Task task = tasks.find(i, evaluation.head());
      head = task == null ? head : task.classes();
    }
    return new DataClasses(evaluation.data(), evaluation.dataClasses())
        .open(union, head, progress::note);
  }

  /**
   * Checks that networks can take all images.
   *
   * @return the shape of the first evaluation's, or null if there is none
   * @throws PleasException if one cannot
   */
  @Nullable Shape fit(List<LoadedModel> sources) {
    for (int i = 0; i < plans.size(); i++) {
      for (LoadedModel source : sources) {
        source.fitTo(data.get(i), plans.get(i).data().path());
      }
    }
    return data.isEmpty() ? null : data.get(0).shape();
  }

  /** Measures a source, once, on those evaluations whose task it has learned. */
  List<Score> ofSource(int index, String name, Model model, TensorBackend backend) {
    return sourceScores.computeIfAbsent(index, key -> measureSource(key, name, model, backend));
  }

  private List<Score> measureSource(int index, String name, Model model, TensorBackend backend) {
    List<Score> scores = new ArrayList<>();
    for (int i = 0; i < plans.size(); i++) {
      EvaluationPlan evaluation = plans.get(i);
      LearnedTasks.Task task = tasks.find(index, evaluation.head());
      boolean concerned = evaluation.head() == null || task != null;
      if (!evaluation.joint() && concerned && knows(task, i)) {
        String output = task == null ? null : task.output();
        scores.add(score(name, model, tasks.labels(index), i, output, backend));
      }
    }
    return scores;
  }

  /** Whether a source has all classes of an evaluation, as far as they have names. */
  private boolean knows(LearnedTasks.@Nullable Task task, int evaluation) {
    return !tasks.labeled()
        || task == null
        || task.classes().containsAll(data.get(evaluation).classNames());
  }

  /** Measures a merged network; what cannot be measured becomes a note, and the merge is kept. */
  List<Score> ofMerged(
      String what,
      Model model,
      @Nullable NetworkLabels outputs,
      TensorBackend backend,
      List<String> notes) {
    List<Score> scores = new ArrayList<>();
    for (int i = 0; i < plans.size(); i++) {
      EvaluationPlan evaluation = plans.get(i);
      try {
        scores.add(score(what, model, outputs, i, evaluation.head(), backend));
      } catch (PleasException e) {
        notes.add("not evaluated on " + evaluation.name() + ": " + e.getMessage());
      }
    }
    return scores;
  }

  /**
   * Measures the ensemble: all sources run, and of each class the mean of the logits of those that
   * know it counts. It answers as a merged network does, for one source or for all. What cannot be
   * measured becomes a note.
   *
   * @param merged of the sources
   */
  List<Score> ofEnsemble(
      Graph merged, List<Model> models, TensorBackend backend, List<String> notes) {
    List<Score> scores = new ArrayList<>();
    for (int i = 0; i < plans.size(); i++) {
      EvaluationPlan evaluation = plans.get(i);
      try {
        LabeledSamples samples = data.get(i);
        List<Member> members = members(merged, models, evaluation, samples.shape());
        List<String> classes = union(members);
        scores.add(
            new Evaluator(backend, progress)
                .evaluateEnsemble(
                    "the ensemble",
                    members,
                    tasks.labeled() ? RelabeledSamples.onto(samples, classes) : samples,
                    evaluation.name()));
      } catch (PleasException e) {
        notes.add("the ensemble is not evaluated on " + evaluation.name() + ": " + e.getMessage());
      }
    }
    return scores;
  }

  /** The outputs of sources that become the one of a merged network that an evaluation looks at. */
  private List<Member> members(
      Graph merged, List<Model> models, EvaluationPlan evaluation, Shape samples) {
    boolean single = merged.outputs().size() == 1;
    @Nullable String head =
        single || evaluation.joint() ? null : Inference.output(merged, evaluation.head());
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < models.size(); i++) {
      Model model = models.get(i);
      Model fitting = new Model(model.graph().withInput(samples), model.parameters());
      for (LearnedTasks.Task task : tasks.of(i)) {
        if (head == null || task.equals(tasks.find(i, head))) {
          members.add(new Member(task.name(), fitting, task.output(), classes(fitting, task)));
        }
      }
    }
    return members;
  }

  /** The classes of a task; where they are not known, equal indices are equal classes. */
  private List<String> classes(Model model, LearnedTasks.Task task) {
    if (tasks.labeled()) {
      return task.classes();
    }
    Graph graph = model.graph();
    long size = graph.valueShape(graph.outputs().getOrDefault(task.output(), "")).elements();
    return LongStream.range(0, size).mapToObj(String::valueOf).toList();
  }

  private static List<String> union(List<Member> members) {
    return new LabelSpaces(members.stream().map(Member::classes).toList()).union();
  }

  private Score score(
      String what,
      Model model,
      @Nullable NetworkLabels outputs,
      int index,
      @Nullable String wanted,
      TensorBackend backend) {
    LabeledSamples samples = data.get(index);
    EvaluationPlan evaluation = plans.get(index);
    Model fitting = new Model(model.graph().withInput(samples.shape()), model.parameters());
    Evaluator evaluator = new Evaluator(backend, progress);
    if (evaluation.joint()) {
      if (outputs == null) {
        throw new ConfigurationException(
            "its outputs are not over the classes of the sources; set heads = separate or union");
      }
      return evaluator.evaluateJointly(what, fitting, samples, evaluation.name(), outputs);
    }
    // Where there is only one head, sources before the merge for instance, it is the one.
    String head = model.graph().outputs().size() == 1 ? null : wanted;
    String output = Inference.output(model.graph(), head);
    return evaluator.evaluate(
        what,
        fitting,
        outputs == null ? samples : RelabeledSamples.onto(samples, outputs.of(output)),
        evaluation.name(),
        head);
  }
}
