package dev.pleas.api.model;

import dev.pleas.api.graph.Graph;
import java.util.List;
import java.util.Set;

/** What an adapter makes of a checkpoint's tensors. */
public sealed interface Adaptation {
  /**
   * The checkpoint is a network of the adapter's family.
   *
   * @param graph the network
   * @param layout how the checkpoint stores the graph's parameters
   * @param passengers tensors that belong to the checkpoint but not to the function it computes,
   *     such as {@code num_batches_tracked}: carried over as they are
   * @param notes what a person should know, for instance what was assumed because the checkpoint
   *     does not say it
   */
  record Adapted(Graph graph, ParameterLayout layout, Set<String> passengers, List<String> notes)
      implements Adaptation {
    /** Copies the collections. */
    public Adapted {
      passengers = Set.copyOf(passengers);
      notes = List.copyOf(notes);
    }

    /** A checkpoint whose tensors are the graph's parameters, and nothing to say about it. */
    public Adapted(Graph graph, Set<String> passengers) {
      this(graph, ParameterLayout.PLAIN, passengers, List.of());
    }
  }

  /**
   * The checkpoint is not of this family.
   *
   * @param reason the first thing that does not fit, naming the tensor
   */
  record NotRecognized(String reason) implements Adaptation {}
}
