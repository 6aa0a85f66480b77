package dev.pleas.core.refit;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which positions of each value the network's outputs depend on. Behind the last attention of a
 * vision transformer that reads its answer off the class token, that is this token alone: the
 * weights there need to be right for no other.
 */
final class NeededPositions {
  private final Graph graph;
  private final Map<String, BitSet> needed = new HashMap<>();

  NeededPositions(Graph graph) {
    this.graph = graph;
    graph.outputs().values().forEach(this::all);
    List<Node> nodes = graph.nodes();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      propagate(nodes.get(i));
    }
  }

  /** Returns the needed positions of a value, ascending. */
  int[] of(String value) {
    return positions(value).stream().toArray();
  }

  private void propagate(Node node) {
    BitSet out = positions(node.name());
    Op op = node.op();
    String x = node.inputs().get(0);
    if (out.isEmpty()) {
      return;
    } else if (op instanceof Op.Attention) {
      positions(x).or(out);
      node.inputs().subList(1, 3).forEach(this::all);
    } else if (op instanceof Op.SlicePositions slice) {
      out.stream().forEach(p -> positions(x).set(p + slice.from()));
    } else if (op instanceof Op.Prepend prepend) {
      int first = graph.parameterShape(prepend.weight()).dim(1);
      out.stream().filter(p -> p >= first).forEach(p -> positions(x).set(p - first));
    } else if (op instanceof Op.Conv2d
        || op instanceof Op.MaxPool2d
        || op instanceof Op.AveragePool2d
        || op instanceof Op.GlobalAveragePool) {
      all(x);
    } else if (op instanceof Op.Product && !sameShape(node)) {
      positions(x).or(out);
      all(node.inputs().get(1));
    } else {
      // Everything else is done position by position.
      node.inputs().forEach(input -> positions(input).or(out));
    }
  }

  private boolean sameShape(Node node) {
    return graph.valueShape(node.inputs().get(0)).equals(graph.valueShape(node.inputs().get(1)));
  }

  private void all(String value) {
    positions(value).set(0, Math.toIntExact(graph.valueShape(value).elementsFrom(1)));
  }

  private BitSet positions(String value) {
    return needed.computeIfAbsent(value, v -> new BitSet());
  }
}
