package dev.pleas.api.graph;

import java.util.List;

/**
 * One step of a graph. Its result is a value with the node's name.
 *
 * @param name unique among the graph's nodes and inputs
 * @param op what is done
 * @param inputs the values it is done to, each a graph input or the name of an earlier node
 */
public record Node(String name, Op op, List<String> inputs) {
  /** Copies the list. */
  public Node {
    inputs = List.copyOf(inputs);
  }
}
