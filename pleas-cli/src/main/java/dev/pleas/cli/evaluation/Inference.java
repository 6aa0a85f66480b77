package dev.pleas.cli.evaluation;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.data.Samples;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.error.DeviceMemoryException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.cli.evaluation.CompiledNetworks.Wanted;
import dev.pleas.core.moments.SmallerBatches;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs networks over samples, batch by batch. */
public final class Inference {
  private static final int LARGEST_BATCH = 100;

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

  /** Takes the logits of one batch, of several outputs. */
  @FunctionalInterface
  interface AllLogitsConsumer {
    /**
     * Takes one batch.
     *
     * @param from index of its first sample
     * @param logits [samples, classes] of each output
     */
    void accept(int from, List<HostTensor> logits);
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
   * Runs a network over all samples, in order. Where the memory of a device runs out, it goes on
   * with smaller batches.
   *
   * @param output an output's name
   * @param title what is being done, for people
   */
  public static void run(
      TensorBackend backend,
      Model model,
      String output,
      Samples samples,
      String title,
      Progress progress,
      LogitsConsumer consumer) {
    run(
        backend,
        List.of(new Wanted(model, List.of(output))),
        samples,
        title,
        progress,
        (int from, List<HostTensor> logits) -> consumer.accept(from, logits.get(0)));
  }

  /** Runs networks over all samples, in order, for several outputs at once. */
  static void run(
      TensorBackend backend,
      List<Wanted> wanted,
      Samples samples,
      String title,
      Progress progress,
      AllLogitsConsumer consumer) {
    List<String> notes = new ArrayList<>();
    try (CompiledNetworks networks = new CompiledNetworks(backend, wanted);
        Progress.Stage stage = progress.begin(title, samples.count())) {
      int size = Math.min(LARGEST_BATCH, samples.count());
      for (int from = 0; from < samples.count(); ) {
        int to = Math.min(from + size, samples.count());
        List<HostTensor> logits;
        try {
          logits = networks.run(samples.read(from, to));
        } catch (DeviceMemoryException e) {
          int smaller = SmallerBatches.smaller(size, e);
          notes.add(SmallerBatches.note(size, smaller, e));
          size = smaller;
          continue;
        }
        consumer.accept(from, logits);
        stage.advance(to - from);
        from = to;
      }
    }
    notes.forEach(progress::note);
  }
}
