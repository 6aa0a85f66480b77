package dev.pleas.core.refit;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import org.jspecify.annotations.Nullable;

/**
 * A convolution or linear layer.
 *
 * @param node it
 * @param index of the node
 * @param form of its weight
 * @param weight the parameter
 * @param bias the parameter, or null
 */
record Layer(Node node, int index, WeightMatrix form, String weight, @Nullable String bias) {
  /** Returns the layer that a node is, or null if it is none. */
  static @Nullable Layer of(Graph graph, int index) {
    Node node = graph.nodes().get(index);
    if (node.op() instanceof Op.Conv2d conv) {
      WeightMatrix form = new WeightMatrix(graph.parameterShape(conv.weight()), conv.groups());
      return new Layer(node, index, form, conv.weight(), conv.bias());
    } else if (node.op() instanceof Op.Linear linear) {
      WeightMatrix form = new WeightMatrix(graph.parameterShape(linear.weight()), 1);
      return new Layer(node, index, form, linear.weight(), linear.bias());
    }
    return null;
  }

  String name() {
    return node.name();
  }

  /** Returns the value that goes in. */
  String input() {
    return node.inputs().get(0);
  }
}
