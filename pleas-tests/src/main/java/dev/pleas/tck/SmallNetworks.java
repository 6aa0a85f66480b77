package dev.pleas.tck;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Whole networks of odd widths, every operation of a graph among them. */
final class SmallNetworks {
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Shape> parameters = new LinkedHashMap<>();

  private SmallNetworks() {}

  private String node(String name, Op op, String... inputs) {
    nodes.add(new Node(name, op, List.of(inputs)));
    return name;
  }

  private String parameter(String name, int... dims) {
    parameters.put(name, Shape.of(dims));
    return name;
  }

  private Graph graph(String architecture, Shape input, Map<String, String> outputs) {
    return new Graph(architecture, Map.of("image", input), nodes, outputs, parameters);
  }

  /** Returns the same network with every value as an output of its own name. */
  static Graph tapped(Graph graph) {
    Map<String, String> outputs = new LinkedHashMap<>();
    graph.nodes().forEach(node -> outputs.put(node.name(), node.name()));
    return withOutputs(graph, outputs);
  }

  /** Returns the same network with other outputs. */
  static Graph withOutputs(Graph graph, Map<String, String> outputs) {
    return new Graph(
        graph.architecture(), graph.inputs(), graph.nodes(), outputs, graph.parameters());
  }

  /** Returns weights that keep activations near 1. */
  static Map<String, HostTensor> weights(Graph graph, Numbers numbers) {
    Map<String, HostTensor> weights = new LinkedHashMap<>();
    graph
        .parameters()
        .forEach(
            (name, shape) -> {
              if (name.endsWith(".var")) {
                weights.put(name, numbers.positive(shape.dims()));
              } else {
                HostTensor normal = numbers.normal(shape.dims());
                float[] scaled = normal.values().clone();
                double fanIn = shape.rank() < 2 ? 1 : Math.sqrt((double) shape.elementsFrom(1));
                for (int i = 0; i < scaled.length; i++) {
                  scaled[i] /= (float) fanIn;
                }
                weights.put(name, HostTensor.wrap(shape, scaled));
              }
            });
    return weights;
  }

  private String conv(
      String name, String x, int in, int out, boolean bias, Window window, int groups) {
    int[] kernel = {out, in / groups, window.kernelHeight(), window.kernelWidth()};
    String weight = parameter(name + ".weight", kernel);
    String shift = bias ? parameter(name + ".bias", out) : null;
    return node(name, new Op.Conv2d(weight, shift, window, groups), x);
  }

  private String norm(String name, String x, int width) {
    return node(
        name,
        new Op.BatchNorm(
            parameter(name + ".weight", width),
            parameter(name + ".bias", width),
            parameter(name + ".mean", width),
            parameter(name + ".var", width),
            1e-5),
        x);
  }

  private String relu(String name, String x) {
    return node(name, new Op.Relu(), x);
  }

  private String linear(String name, String x, int in, int out, boolean bias) {
    String weight = parameter(name + ".weight", out, in);
    String shift = bias ? parameter(name + ".bias", out) : null;
    return node(name, new Op.Linear(weight, shift), x);
  }

  /**
   * A residual network: a strided stem with bias, a block with a projection as its shortcut, a
   * block of a grouped, a dilated and a depthwise convolution, and a head.
   */
  static Graph resNet() {
    SmallNetworks g = new SmallNetworks();
    Window same = Window.square(3, 1, 1);
    Window point = Window.square(1, 1, 0);
    String x = g.conv("stem", "image", 3, 5, true, Window.square(3, 2, 1), 1);
    x = g.relu("stem.relu", g.norm("stem.bn", x, 5));
    x = g.node("pool", new Op.MaxPool2d(Window.square(3, 1, 1)), x);
    String y = g.relu("one.relu", g.norm("one.bn", g.conv("one", x, 5, 9, false, same, 1), 9));
    y = g.norm("two.bn", g.conv("two", y, 9, 12, false, same, 1), 12);
    String shortcut = g.norm("short.bn", g.conv("short", x, 5, 12, false, point, 1), 12);
    x = g.relu("sum.relu", g.node("sum", new Op.Add(), y, shortcut));
    y = g.conv("grouped", x, 12, 6, false, same, 3);
    y = g.relu("grouped.relu", g.norm("grouped.bn", y, 6));
    y = g.conv("dilated", y, 6, 7, true, new Window(3, 3, 1, 1, 2, 2, 2, 2), 1);
    y = g.conv("expand", g.relu("dilated.relu", y), 7, 12, false, point, 1);
    y = g.norm("depthwise.bn", g.conv("depthwise", y, 12, 12, false, same, 12), 12);
    x = g.relu("last", g.node("sum2", new Op.Add(), y, x));
    x = g.node("mean", new Op.GlobalAveragePool(), x);
    String logits = g.linear("fc", x, 12, 4, true);
    return g.graph("small resnet", Shape.of(3, 9, 8), Map.of("logits", logits));
  }

  /**
   * A network of gates, as MobileNets have: a stem that ends in HardSwish, a depthwise convolution
   * with bounded activations, squeeze and excitation, means of windows with and without padding,
   * and SiLU of a vector.
   */
  static Graph gated() {
    SmallNetworks g = new SmallNetworks();
    Window same = Window.square(3, 1, 1);
    Window point = Window.square(1, 1, 0);
    String x = g.norm("stem.bn", g.conv("stem", "image", 3, 7, false, same, 1), 7);
    String hard = g.node("stem.gate", new Op.HardSigmoid(1 / 6.0, 0.5), x);
    x = g.node("stem.swish", new Op.Product(), x, hard);
    x = g.node("bounded", new Op.Clip(-0.25, 0.75), g.conv("depthwise", x, 7, 7, true, same, 7));
    String y = g.node("squeeze", new Op.GlobalAveragePool(), x);
    y = g.relu("excite.relu", g.linear("excite.in", y, 7, 3, true));
    y = g.node("excite.gate", new Op.Sigmoid(), g.linear("excite.out", y, 3, 7, true));
    x = g.node("excited", new Op.Product(), x, y);
    x = g.node("means", new Op.AveragePool2d(new Window(2, 3, 1, 2, 1, 0, 1, 1)), x);
    x = g.conv("project", x, 7, 5, false, point, 1);
    x = g.node("halves", new Op.AveragePool2d(Window.square(2, 2, 0)), x);
    x = g.linear("wide", g.node("mean", new Op.GlobalAveragePool(), x), 5, 9, true);
    x = g.node("silu", new Op.Product(), x, g.node("silu.gate", new Op.Sigmoid(), x));
    String logits = g.linear("fc", x, 9, 4, true);
    return g.graph("small gated", Shape.of(3, 7, 8), Map.of("logits", logits));
  }

  /**
   * A vision transformer: patches, class token and position embedding, two blocks of attention and
   * a perceptron with values wider than keys, layer scale, a pooler with a hyperbolic tangent on
   * the class token, and heads on it and on the mean, one of them halved.
   */
  static Graph visionTransformer() {
    SmallNetworks g = new SmallNetworks();
    String x = g.conv("patch", "image", 3, 10, true, Window.square(2, 2, 0), 1);
    x = g.node("tokens", new Op.Flatten(), x);
    x = g.node("class", new Op.Prepend(g.parameter("class.weight", 10, 1)), x);
    x = g.node("position", new Op.AddParameter(g.parameter("position.weight", 10, 13)), x);
    x = g.block("block1", x, Op.Gelu.Form.EXACT);
    x = g.block("block2", x, Op.Gelu.Form.TANH);
    x = g.layerNorm("norm", x, true);
    String first = g.node("first", new Op.SlicePositions(0, 1), x);
    first = g.node("first.mean", new Op.GlobalAveragePool(), first);
    String rest = g.node("rest", new Op.SlicePositions(1, 13), x);
    rest = g.node("rest.mean", new Op.GlobalAveragePool(), rest);
    Map<String, String> outputs = new LinkedHashMap<>();
    first = g.node("pooler.tanh", new Op.Tanh(), g.linear("pooler", first, 10, 9, true));
    outputs.put("logits", g.linear("head", first, 9, 5, true));
    String gelu = g.node("rest.gelu", new Op.Gelu(Op.Gelu.Form.QUICK), rest);
    String features = g.linear("features", gelu, 10, 3, false);
    outputs.put("features", g.node("half", new Op.Multiply(-0.5), features));
    return g.graph("small vit", Shape.of(3, 6, 8), outputs);
  }

  /** How many words the text encoder knows. */
  static final int WORDS = 11;

  /** A text encoder: embeddings of words and of more positions than there are, and a mask. */
  static Graph textEncoder() {
    SmallNetworks g = new SmallNetworks();
    String mask = g.node("there", new Op.Clip(0, 1), "image");
    String x = g.node("words", new Op.Embed(g.parameter("words.weight", 10, WORDS)), "image");
    x = g.node("position", new Op.AddParameter(g.parameter("position.weight", 10, 9)), x);
    String q = g.linear("q", x, 10, 6, true);
    String k = g.linear("k", x, 10, 6, true);
    String v = g.linear("v", x, 10, 4, true);
    x = g.node("attention", new Op.Attention(2, 0.6), q, k, v, mask);
    return g.graph(
        "small encoder", Shape.of(7), Map.of("features", g.linear("out", x, 4, 5, true)));
  }

  private String layerNorm(String name, String x, boolean bias) {
    String weight = parameter(name + ".weight", 10);
    return node(
        name, new Op.LayerNorm(weight, bias ? parameter(name + ".bias", 10) : null, 1e-3), x);
  }

  private String block(String name, String x, Op.Gelu.Form form) {
    String y = layerNorm(name + ".norm1", x, true);
    String q = linear(name + ".q", y, 10, 6, true);
    String k = linear(name + ".k", y, 10, 6, false);
    String v = linear(name + ".v", y, 10, 14, true);
    y = node(name + ".attention", new Op.Attention(2, 1 / Math.sqrt(3)), q, k, v);
    y = linear(name + ".projection", y, 14, 10, true);
    y = node(name + ".scale", new Op.Scale(parameter(name + ".scale.weight", 10)), y);
    String sum = node(name + ".sum1", new Op.Add(), x, y);
    y = linear(name + ".up", layerNorm(name + ".norm2", sum, false), 10, 13, true);
    y = linear(name + ".down", node(name + ".gelu", new Op.Gelu(form), y), 13, 10, true);
    return node(name + ".sum2", new Op.Add(), sum, y);
  }
}
