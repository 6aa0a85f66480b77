package dev.pleas.api.model;

import dev.pleas.api.graph.Graph;
import java.util.Set;

/** What an adapter makes of a checkpoint's tensors. */
public sealed interface Adaptation {
  /**
   * The checkpoint is a network of the adapter's family.
   *
   * @param graph the network
   * @param passengers tensors that belong to the checkpoint but not to the function it computes,
   *     such as {@code num_batches_tracked}: carried over as they are
   */
  record Adapted(Graph graph, Set<String> passengers) implements Adaptation {
    /** Copies the set. */
    public Adapted {
      passengers = Set.copyOf(passengers);
    }
  }

  /**
   * The checkpoint is not of this family.
   *
   * @param reason the first thing that does not fit, naming the tensor
   */
  record NotRecognized(String reason) implements Adaptation {}
}
