package dev.pleas.cli.evaluation;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.error.DataException;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.cli.evaluation.CompiledNetworks.Wanted;
import dev.pleas.cli.labels.NetworkLabels;
import dev.pleas.models.data.LabeledSamples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Measures accuracy. */
public final class Evaluator {
  private final TensorBackend backend;
  private final Progress progress;

  /** Makes an evaluator that runs networks on a backend, which stays the caller's. */
  public Evaluator(TensorBackend backend, Progress progress) {
    this.backend = backend;
    this.progress = progress;
  }

  /**
   * Refuses images without labels.
   *
   * @throws DataException if there are none
   */
  public static void requireLabels(LabeledSamples samples, Path data) {
    if (!samples.labeled()) {
      throw new DataException(
          data
              + ": the images have no labels, so accuracy cannot be measured; name the file of the"
              + " labels with --labels");
    }
  }

  /**
   * Measures a network on labelled images.
   *
   * @param what what a person calls the network
   * @param name what a person calls the images
   * @param head the output to look at, or null for the only one
   * @throws DataException if a label is not among the network's classes
   */
  public Score evaluate(
      String what, Model model, LabeledSamples samples, String name, @Nullable String head) {
    String output = Inference.output(model.graph(), head);
    String value = Objects.requireNonNull(model.graph().outputs().get(output));
    ConfusionMatrix matrix =
        new ConfusionMatrix(samples, (int) model.graph().valueShape(value).elements());
    String title = "Evaluating " + what + " on " + name;
    Inference.run(backend, model, output, samples, title, progress, matrix::add);
    return matrix.score(name, head);
  }

  /**
   * Measures all heads of a network together, as if it were not known which task an image belongs
   * to: of a class that several heads know, the mean of their logits counts.
   *
   * @param what what a person calls the network
   * @param samples labelled with indices of the union of the heads' classes
   * @param name what a person calls the images
   * @param labels the classes of the network's outputs
   */
  public Score evaluateJointly(
      String what, Model model, LabeledSamples samples, String name, NetworkLabels labels) {
    List<String> outputs = List.copyOf(model.graph().outputs().keySet());
    String all = what + ", all heads,";
    return evaluate(all, List.of(new Wanted(model, outputs)), outputs, samples, name, labels);
  }

  /**
   * Measures networks together, as their ensemble: of a class that several know, the mean of their
   * logits counts.
   *
   * @param what what a person calls the networks together
   * @param members of the ensemble; they take the samples
   * @param samples labelled with indices of the union of the members' classes
   * @param name what a person calls the images
   */
  public Score evaluateEnsemble(
      String what, List<Member> members, LabeledSamples samples, String name) {
    Map<String, List<String>> classes = new LinkedHashMap<>();
    members.forEach(member -> classes.put(member.name(), member.classes()));
    return evaluate(
        what,
        members.stream().map(own -> new Wanted(own.model(), List.of(own.output()))).toList(),
        members.stream().map(Member::name).toList(),
        samples,
        name,
        new NetworkLabels(classes, Map.of()));
  }

  /**
   * A network of an ensemble.
   *
   * @param name of its own, unlike the others'
   * @param output the output that counts
   * @param classes the class of each value of that output
   */
  public record Member(String name, Model model, String output, List<String> classes) {
    /** Copies the list. */
    public Member {
      classes = List.copyOf(classes);
    }
  }

  /** Measures outputs together; names and classes of them are in the order of the networks. */
  private Score evaluate(
      String what,
      List<Wanted> networks,
      List<String> outputs,
      LabeledSamples samples,
      String name,
      NetworkLabels labels) {
    List<String> union = labels.union();
    JointLogits joint = new JointLogits(labels, outputs);
    ConfusionMatrix matrix = new ConfusionMatrix(samples, union.size());
    List<TaskCount> tasks = new ArrayList<>();
    labels.tasks().forEach((task, classes) -> tasks.add(new TaskCount(task, classes, union)));
    Inference.run(
        backend,
        networks,
        samples,
        "Evaluating " + what + " on " + name,
        progress,
        (int from, List<HostTensor> logits) -> {
          HostTensor together = joint.of(logits);
          matrix.add(from, together);
          for (int i = 0; i < together.shape().dim(0); i++) {
            int answer = matrix.answer(together.values(), i * union.size());
            for (TaskCount task : tasks) {
              int head = outputs.indexOf(task.name());
              task.add(
                  samples.label(from + i), answer, i, together, head < 0 ? null : logits.get(head));
            }
          }
        });
    Score score = matrix.score(name, null);
    return tasks.isEmpty() ? score : score.withTasks(tasks.stream().map(TaskCount::score).toList());
  }
}
