package dev.pleas.api.graph;

import dev.pleas.api.error.ShapeException;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the shape of every value of a graph, and refuses what does not fit. */
final class ShapeInference {
  private final Graph graph;
  private final Set<String> used = new HashSet<>();

  private ShapeInference(Graph graph) {
    this.graph = graph;
  }

  static Map<String, Shape> infer(Graph graph) {
    ShapeInference inference = new ShapeInference(graph);
    Map<String, Shape> shapes = new LinkedHashMap<>(graph.inputs());
    for (Node node : graph.nodes()) {
      List<Shape> inputs = new ArrayList<>();
      for (String input : node.inputs()) {
        @Nullable Shape shape = shapes.get(input);
        if (shape == null) {
          throw new ShapeException(
              node.name()
                  + ": its input "
                  + input
                  + " is neither a graph input nor an earlier node");
        }
        inputs.add(shape);
      }
      if (shapes.put(node.name(), inference.output(node, inputs)) != null) {
        throw new ShapeException("two values are named " + node.name());
      }
    }
    for (String parameter : graph.parameters().keySet()) {
      if (!inference.used.contains(parameter)) {
        throw new ShapeException("parameter " + parameter + " is used by no node");
      }
    }
    return shapes;
  }

  private Shape output(Node node, List<Shape> in) {
    Op op = node.op();
    boolean pair = op instanceof Op.Add || op instanceof Op.Product;
    int wanted = op instanceof Op.Attention ? 3 : pair ? 2 : 1;
    String expected =
        List.of("one input", "two inputs", "three inputs, or four with a mask").get(wanted - 1);
    boolean masked = wanted == 3 && in.size() == 4;
    require(node, in.size() == wanted || masked, "expected " + expected, in.size());
    Shape x = in.get(0);
    require(node, x.rank() >= 1, "expected an input with channels", x);
    if (op instanceof Op.Conv2d conv) {
      return conv(node, conv, x);
    } else if (op instanceof Op.Linear linear) {
      Shape w = parameter(node, linear.weight());
      check(
          node, linear.weight(), w, w.rank() == 2 && w.dim(1) == x.dim(0), "[*, " + x.dim(0) + "]");
      vector(node, linear.bias(), w.dim(0));
      return x.with(0, w.dim(0));
    } else if (op instanceof Op.BatchNorm || op instanceof Op.LayerNorm || op instanceof Op.Scale) {
      boolean defined = !(op instanceof Op.LayerNorm) || x.dim(0) > 0;
      require(node, defined, "expected at least one channel", x);
      op.parameters().forEach(p -> vector(node, p, x.dim(0)));
      return x;
    } else if (op instanceof Op.Relu
        || op instanceof Op.Gelu
        || op instanceof Op.Tanh
        || op instanceof Op.Sigmoid
        || op instanceof Op.HardSigmoid
        || op instanceof Op.Clip
        || op instanceof Op.Multiply) {
      return x;
    } else if (op instanceof Op.Add) {
      require(node, x.equals(in.get(1)), "inputs of different shapes", in);
      return x;
    } else if (op instanceof Op.Product) {
      Shape factors = in.get(1);
      boolean fits = factors.equals(x) || factors.equals(Shape.of(x.dim(0)));
      require(node, fits, "expected a second input " + x + " or [" + x.dim(0) + "]", factors);
      return x;
    } else if (op instanceof Op.AddParameter add) {
      Shape offset = parameter(node, add.weight());
      boolean longer =
          x.rank() == 2
              && offset.rank() == 2
              && offset.dim(0) == x.dim(0)
              && offset.dim(1) > x.dim(1);
      check(node, add.weight(), offset, offset.equals(x) || longer, x.toString());
      return x;
    } else if (op instanceof Op.Embed embed) {
      return embed(node, embed, x);
    } else if (op instanceof Op.Attention attention) {
      return attention(node, attention, in);
    } else if (op instanceof Op.MaxPool2d pool) {
      return slide(node, pool.window(), x, x.rank() == 3 ? x.dim(0) : 0);
    } else if (op instanceof Op.AveragePool2d pool) {
      return slide(node, pool.window(), x, x.rank() == 3 ? x.dim(0) : 0);
    }
    return positions(node, op, x);
  }

  /** Operations that rearrange or reduce positions. */
  private Shape positions(Node node, Op op, Shape x) {
    require(node, x.rank() >= 2, "expected an input with channels and positions", x);
    int length = Math.toIntExact(x.elementsFrom(1));
    if (op instanceof Op.GlobalAveragePool) {
      return Shape.of(x.dim(0));
    } else if (op instanceof Op.Flatten) {
      return Shape.of(x.dim(0), length);
    }
    require(node, x.rank() == 2, "expected an input [N, channels, positions]", x);
    if (op instanceof Op.Prepend prepend) {
      Shape w = parameter(node, prepend.weight());
      check(
          node,
          prepend.weight(),
          w,
          w.rank() == 2 && w.dim(0) == x.dim(0),
          "[" + x.dim(0) + ", *]");
      return Shape.of(x.dim(0), Math.addExact(w.dim(1), length));
    } else if (op instanceof Op.SlicePositions slice) {
      require(
          node,
          0 <= slice.from() && slice.from() < slice.to() && slice.to() <= length,
          "positions " + slice.from() + " to " + slice.to() + " are not there",
          x);
      return Shape.of(x.dim(0), slice.to() - slice.from());
    }
    throw new IllegalStateException("no shape rule for " + op);
  }

  private static Shape attention(Node node, Op.Attention attention, List<Shape> in) {
    Shape queries = in.get(0);
    Shape keys = in.get(1);
    Shape values = in.get(2);
    int heads = attention.heads();
    require(
        node,
        in.subList(0, 3).stream().allMatch(shape -> shape.rank() == 2)
            && queries.dim(0) == keys.dim(0)
            && keys.dim(1) == values.dim(1)
            && keys.dim(1) > 0,
        "expected queries [N, C, T], keys [N, C, S] and values [N, E, S] with S > 0",
        in);
    require(
        node,
        heads >= 1 && queries.dim(0) % heads == 0 && values.dim(0) % heads == 0,
        heads + " heads must divide the channels",
        in);
    require(
        node,
        in.size() == 3 || in.get(3).equals(Shape.of(keys.dim(1))),
        "expected a mask [N, S]",
        in);
    return Shape.of(values.dim(0), queries.dim(1));
  }

  private Shape embed(Node node, Op.Embed embed, Shape x) {
    require(node, x.rank() == 1, "expected ids [N, T]", x);
    Shape w = parameter(node, embed.weight());
    boolean countable = w.rank() == 2 && w.dim(1) <= Op.Embed.MOST;
    check(node, embed.weight(), w, countable, "[*, at most " + Op.Embed.MOST + "]");
    return Shape.of(w.dim(0), x.dim(0));
  }

  private Shape conv(Node node, Op.Conv2d conv, Shape x) {
    require(node, x.rank() == 3, "expected an input [N, channels, height, width]", x);
    Shape w = parameter(node, conv.weight());
    Window window = conv.window();
    int groups = conv.groups();
    require(
        node,
        groups >= 1 && x.dim(0) % groups == 0 && w.rank() == 4 && w.dim(0) % groups == 0,
        "groups must divide the channels",
        groups + " groups, input " + x + ", " + conv.weight() + " " + w);
    Shape expected =
        Shape.of(w.dim(0), x.dim(0) / groups, window.kernelHeight(), window.kernelWidth());
    check(node, conv.weight(), w, w.equals(expected), expected.toString());
    vector(node, conv.bias(), w.dim(0));
    return slide(node, window, x, w.dim(0));
  }

  private static Shape slide(Node node, Window window, Shape x, int channels) {
    require(node, x.rank() == 3, "expected an input [N, channels, height, width]", x);
    int height = window.outputHeight(x.dim(1));
    int width = window.outputWidth(x.dim(2));
    require(
        node, height > 0 && width > 0, "the window does not fit into the input", x + ", " + window);
    return Shape.of(channels, height, width);
  }

  private Shape parameter(Node node, String name) {
    @Nullable Shape shape = graph.parameters().get(name);
    if (shape == null) {
      throw new ShapeException(node.name() + ": parameter " + name + " is missing");
    }
    used.add(name);
    return shape;
  }

  private void vector(Node node, @Nullable String name, int length) {
    if (name != null) {
      Shape shape = parameter(node, name);
      check(node, name, shape, shape.equals(Shape.of(length)), "[" + length + "]");
    }
  }

  private static void check(Node node, String parameter, Shape found, boolean ok, String expected) {
    if (!ok) {
      throw new ShapeException(
          parameter + ": expected " + expected + ", found " + found + " (at " + node.name() + ")");
    }
  }

  private static void require(Node node, boolean ok, String what, Object found) {
    if (!ok) {
      throw new ShapeException(node.name() + ": " + what + ", found " + found);
    }
  }
}
