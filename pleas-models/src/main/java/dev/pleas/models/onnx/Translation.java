package dev.pleas.models.onnx;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.onnx.Schema.TensorFields;
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

  /** Outputs that are tokens, an input or the same value as another output, and what they are. */
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
              String name = onnx.name(input);
              boolean ids = graph.ids(input).isPresent();
              onnx.input(name, shape, ids ? TensorFields.INT64 : TensorFields.FLOAT);
              values.put(input, ids ? cast(name) : name);
            });
    graph
        .outputs()
        .forEach(
            (output, value) -> {
              String name = onnx.name(output);
              Shape shape = graph.valueShape(value);
              boolean tokens = shape.rank() == 2;
              onnx.output(name, OnnxWriter.outputShape(shape));
              if (tokens || values.putIfAbsent(value, name) != null) {
                copies.put(name, value);
              }
            });
  }

  private void nodes() {
    for (Node node : graph.nodes()) {
      String output = values.computeIfAbsent(node.name(), onnx::name);
      List<String> inputs = node.inputs().stream().map(this::name).toList();
      new Operators(onnx, node, inputs, output, graph.parameters())
          .write(
              node.inputs().stream().map(graph::valueShape).toList(),
              graph.valueShape(node.name()));
    }
    copies.forEach(this::copy);
  }

  /** Tokens have their channels last elsewhere. */
  private void copy(String output, String value) {
    boolean tokens = graph.valueShape(value).rank() == 2;
    onnx.node(
        output,
        tokens ? "Transpose" : "Identity",
        List.of(name(value)),
        output,
        tokens ? List.of(Attribute.list("perm", 0, 2, 1)) : List.of());
  }

  /** Ids are whole numbers outside, and floating-point numbers in the graph. */
  private String cast(String input) {
    String numbers = onnx.name(input + ".numbers");
    onnx.node(
        numbers, "Cast", List.of(input), numbers, List.of(Attribute.of("to", TensorFields.FLOAT)));
    return numbers;
  }

  private String name(String value) {
    return Objects.requireNonNull(values.get(value), value);
  }
}
