package dev.pleas.core.oracle;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Small random vision transformers with odd widths and numbers of heads, with and without class
 * token, layer scale and biases.
 */
public final class RandomTransformers {
  private RandomTransformers() {}

  /** Returns the shape of the inputs of {@link #vit}. */
  public static Shape input() {
    return Shape.of(3, 6, 4);
  }

  /** Returns an architecture: the same for the same seed and number of classes. */
  public static Graph vit(long seed, int classes) {
    SplittableRandom random = new SplittableRandom(seed);
    GraphBuilder g = new GraphBuilder(input());
    int width = 5 + 2 * random.nextInt(3);
    boolean classToken = random.nextBoolean();
    String x = g.patches("patch", GraphBuilder.INPUT, width, 2);
    int tokens = 6;
    if (classToken) {
      x = g.prepend("class", x, 1);
      tokens++;
    }
    x = g.position("position", x, tokens);
    for (int i = 0; i < 2; i++) {
      x = block(g, "block" + i + ".", x, random);
    }
    x = g.layerNorm("norm", x);
    if (classToken) {
      x = g.slice("first", x, 0, 1);
    }
    return g.output("logits", g.linear("head", g.pool("pool", x), classes)).build();
  }

  private static String block(GraphBuilder g, String name, String in, SplittableRandom random) {
    int width = g.width(in);
    int heads = 1 + random.nextInt(5);
    int keyWidth = 1 + random.nextInt(4);
    int valueWidth = 1 + random.nextInt(4);
    boolean scaled = random.nextBoolean();
    String x = g.layerNorm(name + "norm1", in);
    String q = g.linear(name + "query", x, heads * keyWidth);
    String k = g.linearWithoutBias(name + "key", x, heads * keyWidth);
    String v = g.linear(name + "value", x, heads * valueWidth);
    x = g.linear(name + "project", g.attention(name + "attention", heads, q, k, v), width);
    x = g.add(name + "sum1", in, scaled ? g.scale(name + "scale1", x) : x);
    String y = g.linear(name + "up", g.layerNorm(name + "norm2", x), 3 + 2 * random.nextInt(4));
    y = g.linear(name + "down", g.gelu(name + "gelu", y), width);
    return g.add(name + "sum2", x, scaled ? g.scale(name + "scale2", y) : y);
  }

  /** Returns one attention between linear layers. */
  public static Graph attention(int heads, int keyWidth, int valueWidth) {
    GraphBuilder g = new GraphBuilder(Shape.of(6, 4));
    String q = g.linear("query", GraphBuilder.INPUT, heads * keyWidth);
    String k = g.linear("key", GraphBuilder.INPUT, heads * keyWidth);
    String v = g.linear("value", GraphBuilder.INPUT, heads * valueWidth);
    String mixed = g.attention("attention", heads, q, k, v);
    return g.output("out", g.linear("out", mixed, 3)).build();
  }

  /** Returns weights for a graph: scales around 1, everything else around 0. */
  public static Model weights(Graph graph, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, HostTensor> parameters = new LinkedHashMap<>();
    graph
        .parameters()
        .forEach(
            (name, shape) -> {
              boolean scale =
                  name.endsWith(".gamma") || (name.contains("norm") && name.endsWith(".weight"));
              boolean token = !name.contains(".");
              double deviation =
                  token ? 1 : shape.rank() == 1 ? 0.3 : Math.sqrt(2.0 / shape.elementsFrom(1));
              float[] values = new float[Math.toIntExact(shape.elements())];
              for (int i = 0; i < values.length; i++) {
                values[i] = (float) ((scale ? 1 : 0) + deviation * random.nextGaussian());
              }
              parameters.put(name, HostTensor.wrap(shape, values));
            });
    return new Model(graph, parameters);
  }
}
