package dev.pleas.cli.labels;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Networks that are nothing but heads. */
final class Heads {
  private Heads() {}

  /** Returns a network with one output. */
  static Graph graph(String output, int classes) {
    return graph(Map.of(output, classes));
  }

  /** Returns a network with an output for each name, of so many values. */
  static Graph graph(Map<String, Integer> heads) {
    Map<String, Shape> parameters = new LinkedHashMap<>();
    List<Node> nodes = new ArrayList<>();
    Map<String, String> outputs = new LinkedHashMap<>();
    heads.forEach(
        (name, classes) -> {
          parameters.put(name + ".weight", Shape.of(classes, 1));
          nodes.add(new Node(name, new Op.Linear(name + ".weight", null), List.of("in")));
          outputs.put(name, name);
        });
    return new Graph("heads", Map.of("in", Shape.of(1)), nodes, outputs, parameters);
  }
}
