package dev.pleas.models.onnx;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Writes a graph down in ONNX's operators. Parameters, inputs and outputs keep their names; a value
 * that is an output has the output's name, and other values have their node's, unless it is taken.
 */
final class Translation {
  private final Graph graph;
  private final OnnxGraph onnx;
  private final Map<String, String> values = new HashMap<>();

  /** Outputs that are an input or the same value as another output, and what they are. */
  private final Map<String, String> copies = new LinkedHashMap<>();

  private Translation(Graph graph) {
    this.graph = graph;
    this.onnx = new OnnxGraph(graph.architecture());
  }

  /** Returns the network, its inputs and outputs; the weights are to be added. */
  static OnnxGraph of(Graph graph) {
    Translation translation = new Translation(graph);
    translation.declare();
    translation.nodes();
    return translation.onnx;
  }

  private void declare() {
    graph.parameters().keySet().forEach(onnx::name);
    graph
        .inputs()
        .forEach(
            (input, shape) -> {
              values.put(input, onnx.name(input));
              onnx.input(name(input), shape);
            });
    graph
        .outputs()
        .forEach(
            (output, value) -> {
              String name = onnx.name(output);
              onnx.output(name, graph.valueShape(value));
              if (values.putIfAbsent(value, name) != null) {
                copies.put(name, value);
              }
            });
  }

  private void nodes() {
    for (Node node : graph.nodes()) {
      String output = values.computeIfAbsent(node.name(), onnx::name);
      List<String> inputs = node.inputs().stream().map(this::name).toList();
      new Operators(onnx, node, inputs, output)
          .write(
              node.inputs().stream().map(graph::valueShape).toList(),
              graph.valueShape(node.name()));
    }
    copies.forEach(
        (output, value) -> onnx.node(output, "Identity", List.of(name(value)), output, List.of()));
  }

  private String name(String value) {
    return Objects.requireNonNull(values.get(value), value);
  }
}
