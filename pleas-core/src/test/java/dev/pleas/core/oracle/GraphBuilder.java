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

  /** Appends a linear layer without bias. */
  public String linearWithoutBias(String name, String from, int width) {
    parameters.put(name + ".weight", Shape.of(width, channels.get(from)));
    return node(name, new Op.Linear(name + ".weight", null), width, from);
  }

  /** Appends a convolution whose windows lie side by side, and puts them in a row. */
  public String patches(String name, String from, int width, int size) {
    parameters.put(name + ".weight", Shape.of(width, channels.get(from), size, size));
    parameters.put(name + ".bias", Shape.of(width));
    Op op = new Op.Conv2d(name + ".weight", name + ".bias", Window.square(size, size, 0), 1);
    return node(name + ".row", new Op.Flatten(), width, node(name, op, width, from));
  }

  /** Appends tokens before those that are there. */
  public String prepend(String name, String from, int count) {
    parameters.put(name, Shape.of(channels.get(from), count));
    return node(name + ".prepended", new Op.Prepend(name), channels.get(from), from);
  }

  /** Appends a position embedding. */
  public String position(String name, String from, int tokens) {
    parameters.put(name, Shape.of(channels.get(from), tokens));
    return node(name + ".added", new Op.AddParameter(name), channels.get(from), from);
  }

  /** Appends a layer normalization. */
  public String layerNorm(String name, String from) {
    parameters.put(name + ".weight", Shape.of(channels.get(from)));
    parameters.put(name + ".bias", Shape.of(channels.get(from)));
    Op op = new Op.LayerNorm(name + ".weight", name + ".bias", 1e-6);
    return node(name, op, channels.get(from), from);
  }

  /** Appends a layer scale. */
  public String scale(String name, String from) {
    parameters.put(name + ".gamma", Shape.of(channels.get(from)));
    return node(name, new Op.Scale(name + ".gamma"), channels.get(from), from);
  }

  /** Appends a Gaussian error linear unit. */
  public String gelu(String name, String from) {
    return node(name, new Op.Gelu(Op.Gelu.Form.EXACT), channels.get(from), from);
  }

  /** Appends an attention whose scale is one over the root of its keys' width. */
  public String attention(String name, int heads, String queries, String keys, String values) {
    double scale = 1 / Math.sqrt(channels.get(queries) / (double) heads);
    return node(name, new Op.Attention(heads, scale), channels.get(values), queries, keys, values);
  }

  /** Appends some of the positions. */
  public String slice(String name, String from, int first, int end) {
    return node(name, new Op.SlicePositions(first, end), channels.get(from), from);
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

  /** Appends bounds. */
  public String clip(String name, String from, double low, double high) {
    return node(name, new Op.Clip(low, high), channels.get(from), from);
  }

  /** Appends a logistic function. */
  public String sigmoid(String name, String from) {
    return node(name, new Op.Sigmoid(), channels.get(from), from);
  }

  /** Appends MobileNetV3's piecewise linear gate. */
  public String hardSigmoid(String name, String from) {
    return node(name, new Op.HardSigmoid(1 / 6.0, 0.5), channels.get(from), from);
  }

  /** Appends a product of two values, the second of which may have no positions. */
  public String product(String name, String a, String b) {
    return node(name, new Op.Product(), channels.get(a), a, b);
  }

  /** Appends a product with a number. */
  public String multiply(String name, String from, double factor) {
    return node(name, new Op.Multiply(factor), channels.get(from), from);
  }

  /** Appends a sum. */
  public String add(String name, String a, String b) {
    return node(name, new Op.Add(), channels.get(a), a, b);
  }

  /** Appends a 3×3 pooling of stride 2. */
  public String maxPool(String name, String from) {
    return node(name, new Op.MaxPool2d(Window.square(3, 2, 1)), channels.get(from), from);
  }

  /** Appends means of 2×2 windows side by side. */
  public String averagePool(String name, String from) {
    return node(name, new Op.AveragePool2d(Window.square(2, 2, 0)), channels.get(from), from);
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
