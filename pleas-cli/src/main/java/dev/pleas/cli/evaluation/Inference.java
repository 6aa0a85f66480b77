package dev.pleas.cli.evaluation;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.data.Samples;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Runs a network over samples, batch by batch. */
public final class Inference {
  private static final int BATCH = 100;

  private Inference() {}

  /** Takes the logits of one batch. */
  @FunctionalInterface
  public interface LogitsConsumer {
    /**
     * Takes one batch.
     *
     * @param from index of its first sample
     * @param logits [samples, classes]
     */
    void accept(int from, HostTensor logits);
  }

  /**
   * Returns the only output's name, or checks the name that is given.
   *
   * @throws ConfigurationException if there is no such output, or several and none was named
   */
  public static String output(Graph graph, @Nullable String head) {
    if (head != null && !graph.outputs().containsKey(head)) {
      throw new ConfigurationException(
          "the network has no head "
              + head
              + "; it has: "
              + String.join(", ", graph.outputs().keySet()));
    }
    if (head == null && graph.outputs().size() != 1) {
      throw new ConfigurationException(
          "the network has several heads: "
              + String.join(", ", graph.outputs().keySet())
              + "; choose one with --head");
    }
    return head != null ? head : graph.outputs().keySet().iterator().next();
  }

  /**
   * Runs a network over all samples, in order.
   *
   * @param output an output's name
   * @param stage is advanced by each sample
   */
  public static void run(
      TensorBackend backend,
      Model model,
      String output,
      Samples samples,
      Progress.Stage stage,
      LogitsConsumer consumer) {
    String value = Objects.requireNonNull(model.graph().outputs().get(output));
    Graph needed = model.graph().between(model.graph().inputs().keySet(), java.util.List.of(value));
    String input = needed.onlyInput();
    try (CompiledGraph compiled = backend.compile(needed, model.parameters())) {
      for (int from = 0; from < samples.count(); from += BATCH) {
        int to = Math.min(from + BATCH, samples.count());
        try (TensorScope scope = backend.newScope()) {
          Tensor batch = scope.tensor(samples.read(from, to));
          Tensor logits =
              Objects.requireNonNull(compiled.run(scope, Map.of(input, batch)).get(value));
          consumer.accept(from, logits.toHost());
        }
        stage.advance(to - from);
      }
    }
  }
}
