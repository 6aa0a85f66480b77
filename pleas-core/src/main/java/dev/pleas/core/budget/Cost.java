package dev.pleas.core.budget;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.Shape;

/** What a network costs per sample. */
public final class Cost {
  private Cost() {}

  /**
   * Returns the multiply-accumulates of all convolutions and linear layers for one sample;
   * everything else is not counted, as is usual. So the products that attention makes of its
   * queries, keys and values are not.
   */
  public static long multiplyAccumulates(Graph graph) {
    return graph.nodes().stream().mapToLong(node -> multiplyAccumulates(graph, node)).sum();
  }

  /** Returns the multiply-accumulates of one node for one sample; 0 if it has no weights. */
  public static long multiplyAccumulates(Graph graph, Node node) {
    String weight;
    if (node.op() instanceof Op.Conv2d conv) {
      weight = conv.weight();
    } else if (node.op() instanceof Op.Linear linear) {
      weight = linear.weight();
    } else {
      return 0;
    }
    long positions = graph.valueShape(node.name()).elementsFrom(1);
    return Math.multiplyExact(graph.parameterShape(weight).elements(), positions);
  }

  /** Returns the number of trained parameters: all but running statistics. */
  public static long parameters(Graph graph) {
    long running = 0;
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.BatchNorm norm) {
        running += graph.parameterShape(norm.runningMean()).elements();
        running += graph.parameterShape(norm.runningVar()).elements();
      }
    }
    return graph.parameters().values().stream().mapToLong(Shape::elements).sum() - running;
  }
}
