package dev.pleas.core.partial;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The layers that make a network's outputs. With a shared label space they are merged like any
 * other layer; otherwise each source keeps its own: {@link SeparateHeads}.
 */
public final class Heads {
  private Heads() {}

  /** Operations by which an output may be made of linear layers. */
  private static final Set<Class<? extends Op>> BETWEEN =
      Set.of(
          Op.Add.class,
          Op.Multiply.class,
          Op.Tanh.class,
          Op.Sigmoid.class,
          Op.HardSigmoid.class,
          Op.Clip.class);

  /**
   * Returns the nodes that make the outputs: linear layers, and what is done to their results, unit
   * by unit, where several of them make one output.
   *
   * @throws ConfigurationException if an output is made by something else
   */
  public static Set<String> of(Graph graph) {
    Map<String, Node> nodes =
        graph.nodes().stream().collect(Collectors.toMap(Node::name, node -> node));
    Set<String> heads = new TreeSet<>();
    graph.outputs().forEach((output, value) -> collect(output, value, nodes, heads));
    return heads;
  }

  private static void collect(
      String output, String value, Map<String, Node> nodes, Set<String> heads) {
    Node node = nodes.get(value);
    heads.add(value);
    if (node != null && BETWEEN.contains(node.op().getClass())) {
      node.inputs().forEach(input -> collect(output, input, nodes, heads));
    } else if (node == null || !(node.op() instanceof Op.Linear)) {
      throw new ConfigurationException(
          "output "
              + output
              + " is made by "
              + value
              + ", which is no linear layer: heads can be kept separate only where a linear"
              + " layer makes the output; use heads = shared");
    }
  }
}
