package dev.pleas.cli.evaluation;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.error.DataException;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.models.data.LabeledSamples;
import java.nio.file.Path;
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
}
