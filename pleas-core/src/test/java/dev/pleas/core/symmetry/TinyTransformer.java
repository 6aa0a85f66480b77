package dev.pleas.core.symmetry;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A vision transformer of two pre-norm blocks with every operation there is for such: 6 channels, 2
 * heads of 4 channels, 7 hidden units, 5 tokens of a 4×4 image.
 */
public final class TinyTransformer {
  /** The input's shape. */
  public static final Shape IMAGE = Shape.of(3, 4, 4);

  private static final int WIDTH = 6;
  private static final int HEADS = 2;
  private static final int HEAD_WIDTH = 4;
  private static final int HIDDEN = 7;

  private final Map<String, Shape> parameters = new LinkedHashMap<>();
  private final List<Node> nodes = new ArrayList<>();

  private TinyTransformer() {}

  /** Returns the graph. */
  public static Graph graph() {
    TinyTransformer net = new TinyTransformer();
    net.put("patch.weight", WIDTH, 3, 2, 2);
    net.node("patch", new Op.Conv2d("patch.weight", null, Window.square(2, 2, 0), 1), "image");
    net.node("flat", new Op.Flatten(), "patch");
    net.put("class", WIDTH, 1);
    net.node("tokens", new Op.Prepend("class"), "flat");
    net.put("position", WIDTH, 5);
    net.node("stream", new Op.AddParameter("position"), "tokens");
    String last = net.block("1.", net.block("0.", "stream"));
    last = net.norm("norm", last);
    last = net.node("first", new Op.SlicePositions(0, 1), last);
    last = net.node("pool", new Op.GlobalAveragePool(), last);
    last = net.linear("head", 3, WIDTH, last);
    return new Graph(
        "tiny-vit", Map.of("image", IMAGE), net.nodes, Map.of("logits", last), net.parameters);
  }

  /** Returns it with random weights, scales about 1. */
  public static Model random(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Graph graph = graph();
    Map<String, HostTensor> values = new LinkedHashMap<>();
    graph
        .parameters()
        .forEach(
            (name, shape) -> {
              double middle = name.contains("norm") && name.endsWith("weight") ? 1 : 0;
              float[] all = new float[Math.toIntExact(shape.elements())];
              for (int i = 0; i < all.length; i++) {
                all[i] = (float) (middle + random.nextGaussian() / 2);
              }
              values.put(name, HostTensor.wrap(shape, all));
            });
    return new Model(graph, values);
  }

  private String block(String name, String stream) {
    String x = norm(name + "norm1", stream);
    int width = HEADS * HEAD_WIDTH;
    String query = linear(name + "query", width, WIDTH, x);
    String key = linear(name + "key", width, WIDTH, x);
    String value = linear(name + "value", width, WIDTH, x);
    x = node(name + "attention", new Op.Attention(HEADS, 0.5), query, key, value);
    x = linear(name + "project", WIDTH, width, x);
    put(name + "scale", WIDTH);
    x = node(name + "scaled", new Op.Scale(name + "scale"), x);
    String middle = node(name + "attended", new Op.Add(), stream, x);
    x = linear(name + "up", HIDDEN, WIDTH, norm(name + "norm2", middle));
    x = node(name + "gelu", new Op.Gelu(Op.Gelu.Form.EXACT), x);
    return node(name + "sum", new Op.Add(), middle, linear(name + "down", WIDTH, HIDDEN, x));
  }

  private String norm(String name, String from) {
    put(name + ".weight", WIDTH);
    put(name + ".bias", WIDTH);
    return node(name, new Op.LayerNorm(name + ".weight", name + ".bias", 1e-6), from);
  }

  private String linear(String name, int to, int width, String from) {
    put(name + ".weight", to, width);
    put(name + ".bias", to);
    return node(name, new Op.Linear(name + ".weight", name + ".bias"), from);
  }

  private void put(String parameter, int... dims) {
    parameters.put(parameter, Shape.of(dims));
  }

  private String node(String name, Op op, String... from) {
    nodes.add(new Node(name, op, List.of(from)));
    return name;
  }
}
