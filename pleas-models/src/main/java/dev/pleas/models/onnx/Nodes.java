package dev.pleas.models.onnx;

import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.models.onnx.OnnxNetwork.OnnxNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The nodes of a graph in the making, and values that it does without. */
final class Nodes {
  private final Names names = new Names();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Deferred> deferred = new HashMap<>();

  /**
   * @param input name of a value that is no node
   */
  Nodes(String input) {
    names.take(input);
  }

  /**
   * Adds a node that is named after one of ONNX, and returns its name.
   *
   * @throws UnsupportedOperator if an input is none of the graph's values
   */
  String add(OnnxNode node, String suffix, Op op, List<String> inputs) throws UnsupportedOperator {
    for (String input : inputs) {
      @Nullable Deferred unmade = deferred.get(input);
      if (unmade != null) {
        throw new UnsupportedOperator("is applied to " + unmade.shown());
      }
    }
    String wanted = node.name().isEmpty() ? node.outputs().get(0) : node.name();
    return add(wanted + suffix, op, inputs);
  }

  /** Adds a node, and returns its name: the one that is wanted, or one like it. */
  String add(String wanted, Op op, List<String> inputs) {
    String name = names.take(wanted);
    nodes.add(new Node(name, op, inputs));
    return name;
  }

  /** Returns the name of a value that the graph does not have. */
  String defer(Deferred value) {
    String name = names.take(value.value() + " deferred");
    deferred.put(name, value);
    return name;
  }

  /** Returns what a value is instead of one of the graph, or null. */
  @Nullable Deferred deferred(String value) {
    return deferred.get(value);
  }

  List<Node> all() {
    return nodes;
  }
}
