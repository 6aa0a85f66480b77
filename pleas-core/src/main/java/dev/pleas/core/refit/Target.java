package dev.pleas.core.refit;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a layer is fitted to: the sources' mean of some value that the layer's output becomes.
 *
 * @param value the layer's output; its output times a {@link Op.Scale}, which the weights then
 *     absorb; or, of a branch, the residual stream with the branch added
 * @param cut the first node after the value
 * @param scale the parameter by which the layer's output is scaled on the way, or null
 * @param beside what is added to the layer's output on the way, or null; the layer is to make up
 *     for the difference, so that what went wrong in the stream before is put right
 */
record Target(String value, int cut, @Nullable String scale, @Nullable String beside) {
  /**
   * Returns the target of a layer.
   *
   * @param layer index of its node
   * @param residual whether a branch is fitted to the stream; else to its own output
   */
  static Target of(Graph graph, int layer, boolean residual) {
    Node node = graph.nodes().get(layer);
    Target target = new Target(node.name(), layer + 1, null, null);
    int next = onlyReader(graph, node.name());
    if (next == layer + 1 && graph.nodes().get(next).op() instanceof Op.Scale scale) {
      target = new Target(graph.nodes().get(next).name(), next + 1, scale.weight(), null);
      next = onlyReader(graph, target.value());
    }
    if (residual && next == target.cut() && graph.nodes().get(next).op() instanceof Op.Add) {
      Node sum = graph.nodes().get(next);
      String beside = sum.inputs().get(sum.inputs().get(0).equals(target.value()) ? 1 : 0);
      if (!beside.equals(target.value())) {
        target = new Target(sum.name(), next + 1, target.scale(), beside);
      }
    }
    return target;
  }

  /** The index of the only node that uses a value, or −1 if there are others or it is an output. */
  private static int onlyReader(Graph graph, String value) {
    if (graph.outputs().containsValue(value)) {
      return -1;
    }
    List<Node> nodes = graph.nodes();
    int reader = -1;
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i).inputs().contains(value)) {
        if (reader >= 0) {
          return -1;
        }
        reader = i;
      }
    }
    return reader;
  }
}
