package dev.pleas.models.onnx;

import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.models.onnx.OnnxNetwork.OnnxNode;
import java.util.ArrayList;
import java.util.List;

/** The nodes of a graph in the making. */
final class Nodes {
  private final Names names = new Names();
  private final List<Node> nodes = new ArrayList<>();

  /**
   * @param input name of a value that is no node
   */
  Nodes(String input) {
    names.take(input);
  }

  /** Adds a node that is named after one of ONNX, and returns its name. */
  String add(OnnxNode node, String suffix, Op op, List<String> inputs) {
    String wanted = node.name().isEmpty() ? node.outputs().get(0) : node.name();
    return add(wanted + suffix, op, inputs);
  }

  /** Adds a node, and returns its name: the one that is wanted, or one like it. */
  String add(String wanted, Op op, List<String> inputs) {
    String name = names.take(wanted);
    nodes.add(new Node(name, op, inputs));
    return name;
  }

  List<Node> all() {
    return nodes;
  }
}
