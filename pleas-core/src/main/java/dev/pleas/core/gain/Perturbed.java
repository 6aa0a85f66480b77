package dev.pleas.core.gain;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A network in which an error is added to some values where layers read them. */
final class Perturbed {
  private Perturbed() {}

  /** Returns the name of the input that is added to a value. */
  static String error(String value) {
    return value + "+error";
  }

  /**
   * Returns the network. It has a further input for each value, see {@link #error}. Sums read the
   * values as they are: what is added to a residual stream is not what its layers read.
   */
  static Graph of(Graph graph, Set<String> values) {
    Map<String, Shape> inputs = new LinkedHashMap<>(graph.inputs());
    List<Node> nodes = new ArrayList<>();
    for (String value : values) {
      inputs.put(error(value), graph.valueShape(value));
      if (graph.inputs().containsKey(value)) {
        nodes.add(sum(value));
      }
    }
    for (Node node : graph.nodes()) {
      nodes.add(
          reads(node)
              ? new Node(
                  node.name(),
                  node.op(),
                  node.inputs().stream().map(in -> values.contains(in) ? wrong(in) : in).toList())
              : node);
      if (values.contains(node.name())) {
        nodes.add(sum(node.name()));
      }
    }
    return new Graph(graph.architecture(), inputs, nodes, graph.outputs(), graph.parameters());
  }

  private static boolean reads(Node node) {
    return node.op() instanceof Op.Conv2d
        || node.op() instanceof Op.Linear
        || node.op() instanceof Op.Attention;
  }

  private static Node sum(String value) {
    return new Node(wrong(value), new Op.Add(), List.of(value, error(value)));
  }

  private static String wrong(String value) {
    return value + "+";
  }
}
