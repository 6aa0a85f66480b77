package dev.pleas.core.budget;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.Shape;

/** What a network costs per sample. */
public final class Cost {
  private Cost() {}

  /**
   * Returns the multiply-accumulates of all convolutions, linear layers and products of attention
   * for one sample; everything else is not counted, as is usual.
   */
  public static long multiplyAccumulates(Graph graph) {
    return graph.nodes().stream().mapToLong(node -> multiplyAccumulates(graph, node)).sum();
  }

  /** Returns the multiply-accumulates of one node for one sample; 0 if it has no products. */
  public static long multiplyAccumulates(Graph graph, Node node) {
    String weight;
    if (node.op() instanceof Op.Conv2d conv) {
      weight = conv.weight();
    } else if (node.op() instanceof Op.Linear linear) {
      weight = linear.weight();
    } else if (node.op() instanceof Op.Attention) {
      return attention(graph.valueShape(node.inputs().get(1)), graph.valueShape(node.name()));
    } else {
      return 0;
    }
    long positions = graph.valueShape(node.name()).elementsFrom(1);
    return Math.multiplyExact(graph.parameterShape(weight).elements(), positions);
  }

  /** Queries times keys, and the result times values: T·S·(channels of keys + of values). */
  private static long attention(Shape keys, Shape result) {
    long pairs = Math.multiplyExact(keys.elementsFrom(1), result.elementsFrom(1));
    return Math.multiplyExact(pairs, (long) keys.dim(0) + result.dim(0));
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
