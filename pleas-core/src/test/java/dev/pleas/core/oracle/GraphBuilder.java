package dev.pleas.core.oracle;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes graphs down layer by layer. Every method appends a node and returns its name; parameters
 * are named after the node.
 */
public final class GraphBuilder {
  /** The input's name. */
  public static final String INPUT = "input";

  private final Map<String, Shape> parameters = new LinkedHashMap<>();
  private final Map<String, Integer> channels = new LinkedHashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, String> outputs = new LinkedHashMap<>();
  private final Shape input;

  /** Begins a graph. */
  public GraphBuilder(Shape input) {
    this.input = input;
    channels.put(INPUT, input.dim(0));
  }

  /** Appends a square convolution without bias. */
  public String conv(String name, String from, int width, int kernel, int stride) {
    return conv(name, from, width, kernel, stride, 1, false);
  }

  /** Appends a square convolution, padded to keep the size at stride 1. */
  public String conv(
      String name, String from, int width, int kernel, int stride, int groups, boolean bias) {
    int in = channels.get(from) / groups;
    parameters.put(name + ".weight", Shape.of(width, in, kernel, kernel));
    if (bias) {
      parameters.put(name + ".bias", Shape.of(width));
    }
    return node(
        name,
        new Op.Conv2d(
            name + ".weight",
            bias ? name + ".bias" : null,
            Window.square(kernel, stride, kernel / 2),
            groups),
        width,
        from);
  }

  /** Appends a linear layer with bias. */
  public String linear(String name, String from, int width) {
    parameters.put(name + ".weight", Shape.of(width, channels.get(from)));
    parameters.put(name + ".bias", Shape.of(width));
    return node(name, new Op.Linear(name + ".weight", name + ".bias"), width, from);
  }

  /** Appends a batch normalization. */
  public String norm(String name, String from) {
    List<String> names =
        List.of(name + ".weight", name + ".bias", name + ".running_mean", name + ".running_var");
    names.forEach(parameter -> parameters.put(parameter, Shape.of(channels.get(from))));
    Op op = new Op.BatchNorm(names.get(0), names.get(1), names.get(2), names.get(3), 1e-5);
    return node(name, op, channels.get(from), from);
  }

  /** Appends a rectifier. */
  public String relu(String name, String from) {
    return node(name, new Op.Relu(), channels.get(from), from);
  }

  /** Appends a sum. */
  public String add(String name, String a, String b) {
    return node(name, new Op.Add(), channels.get(a), a, b);
  }

  /** Appends a 3×3 pooling of stride 2. */
  public String maxPool(String name, String from) {
    return node(name, new Op.MaxPool2d(Window.square(3, 2, 1)), channels.get(from), from);
  }

  /** Appends the mean over all positions. */
  public String pool(String name, String from) {
    return node(name, new Op.GlobalAveragePool(), channels.get(from), from);
  }

  /** Declares an output. */
  public GraphBuilder output(String name, String value) {
    outputs.put(name, value);
    return this;
  }

  /** Returns the number of channels of a value. */
  public int width(String value) {
    return channels.get(value);
  }

  /** Returns the graph. */
  public Graph build() {
    return new Graph("hand-made", Map.of(INPUT, input), nodes, outputs, parameters);
  }

  private String node(String name, Op op, int width, String... from) {
    channels.put(name, width);
    nodes.add(new Node(name, op, List.of(from)));
    return name;
  }
}
