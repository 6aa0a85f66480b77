package dev.pleas.models.onnx;

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
 * Networks that make no sense: each operation where shapes allow it, on images, tokens and vectors.
 * The same for the same seed.
 */
final class RandomGraphs {
  private static final int NODES = 14;

  private final SplittableRandom random;
  private final Map<String, Shape> shapes = new LinkedHashMap<>();
  private final Map<String, HostTensor> parameters = new LinkedHashMap<>();
  private final List<Node> nodes = new ArrayList<>();

  private RandomGraphs(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Returns a network with two outputs. */
  static Model model(long seed) {
    return new RandomGraphs(seed).model();
  }

  private Model model() {
    Map<String, Shape> inputs = Map.of("image", Shape.of(width(), 5 + below(5), 5 + below(5)));
    shapes.putAll(inputs);
    String x = "image";
    for (int i = 0; i < NODES; i++) {
      x = next(x);
    }
    Map<String, String> outputs = new LinkedHashMap<>();
    outputs.put("last", x);
    outputs.put("any", List.copyOf(shapes.keySet()).get(below(shapes.size())));
    Map<String, Shape> parameterShapes = new LinkedHashMap<>();
    parameters.forEach((name, tensor) -> parameterShapes.put(name, tensor.shape()));
    return new Model(new Graph("random", inputs, nodes, outputs, parameterShapes), parameters);
  }

  private int below(int bound) {
    return random.nextInt(bound);
  }

  private int width() {
    return 1 + below(7);
  }

  private String name() {
    return "node" + nodes.size();
  }

  private String node(Op op, Shape shape, String... inputs) {
    String name = name();
    nodes.add(new Node(name, op, List.of(inputs)));
    shapes.put(name, shape);
    return name;
  }

  /** Returns the name of a new parameter, normally distributed. */
  private String parameter(String role, double mean, double deviation, int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[Math.toIntExact(shape.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (mean + deviation * random.nextGaussian());
    }
    String name = name() + "." + role;
    parameters.put(name, HostTensor.wrap(shape, values));
    return name;
  }

  private String bias(int width) {
    return random.nextBoolean() ? null : parameter("bias", 0, 0.3, width);
  }

  private String next(String x) {
    Shape shape = shapes.get(x);
    int kinds = 16;
    int special = shape.rank() == 1 ? 0 : 4;
    int kind = below(kinds + special);
    return kind < kinds ? anywhere(kind, x, shape) : atPositions(kind - kinds, x, shape);
  }

  /** Operations on values of any rank. */
  private String anywhere(int kind, String x, Shape shape) {
    int width = shape.dim(0);
    return switch (kind) {
      case 0 -> node(new Op.Relu(), shape, x);
      case 1 -> node(new Op.Tanh(), shape, x);
      case 2 -> node(new Op.Multiply(random.nextDouble(-1.5, 1.5)), shape, x);
      case 3 -> node(new Op.Gelu(Op.Gelu.Form.EXACT), shape, x);
      case 4 -> node(new Op.Gelu(Op.Gelu.Form.TANH), shape, x);
      case 5 -> node(new Op.Gelu(Op.Gelu.Form.QUICK), shape, x);
      case 6 -> node(new Op.Scale(parameter("weight", 1, 0.3, width)), shape, x);
      case 7 -> norm(x, shape, width);
      case 8 -> width == 1 ? linear(x, 2 + width()) : layerNorm(x, shape, width);
      case 9 -> linear(x, width());
      case 10 -> node(new Op.AddParameter(parameter("weight", 0, 1, shape.dims())), shape, x);
      case 11 -> {
        List<String> same =
            shapes.keySet().stream().filter(value -> shapes.get(value).equals(shape)).toList();
        yield node(new Op.Add(), shape, x, same.get(below(same.size())));
      }
      case 12 -> node(new Op.Sigmoid(), shape, x);
      case 13 -> node(new Op.HardSigmoid(random.nextDouble(-0.5, 0.5), 0.5), shape, x);
      case 14 -> {
        double low = below(4) == 0 ? Double.NEGATIVE_INFINITY : random.nextDouble(-1, 0);
        double high = below(4) == 0 ? Double.POSITIVE_INFINITY : random.nextDouble(2);
        yield node(new Op.Clip(low, high), shape, x);
      }
      case 15 -> product(x, shape);
      default -> throw new AssertionError(kind);
    };
  }

  /** With a factor for each element or channel, bounded so that products of products are, too. */
  private String product(String x, Shape shape) {
    Shape row = Shape.of(shape.dim(0));
    List<String> fit =
        shapes.keySet().stream()
            .filter(value -> shapes.get(value).equals(shape) || shapes.get(value).equals(row))
            .toList();
    String factors = fit.get(below(fit.size()));
    String bounded = node(new Op.Clip(-1, 1), shapes.get(factors), factors);
    return node(new Op.Product(), shape, x, bounded);
  }

  private String norm(String x, Shape shape, int width) {
    String weight = parameter("weight", 1, 0.3, width);
    String bias = parameter("bias", 0, 0.3, width);
    String mean = parameter("mean", 0, 0.3, width);
    String variance = parameter("variance", 2, 0.2, width);
    return node(new Op.BatchNorm(weight, bias, mean, variance, 1e-3), shape, x);
  }

  /** Of more than one channel: ONNX Runtime refuses one, of which nothing is left but the bias. */
  private String layerNorm(String x, Shape shape, int width) {
    String weight = parameter("weight", 1, 0.3, width);
    return node(new Op.LayerNorm(weight, bias(width), 1e-2), shape, x);
  }

  private String linear(String x, int width) {
    Shape shape = shapes.get(x);
    double deviation = 1 / Math.sqrt(shape.dim(0));
    String weight = parameter("weight", 0, deviation, width, shape.dim(0));
    return node(new Op.Linear(weight, bias(width)), shape.with(0, width), x);
  }

  /** Operations on images or tokens. */
  private String atPositions(int kind, String x, Shape shape) {
    int width = shape.dim(0);
    int positions = Math.toIntExact(shape.elementsFrom(1));
    if (shape.rank() == 3) {
      return switch (kind) {
        case 0, 1 -> conv(x, shape);
        case 2 -> pool(x, shape);
        default -> node(new Op.Flatten(), Shape.of(width, positions), x);
      };
    }
    return switch (kind) {
      case 0 -> {
        int count = 1 + below(2);
        String weight = parameter("weight", 0, 1, width, count);
        yield node(new Op.Prepend(weight), Shape.of(width, count + positions), x);
      }
      case 1 -> {
        int from = below(positions);
        int to = from + 1 + below(positions - from);
        yield node(new Op.SlicePositions(from, to), Shape.of(width, to - from), x);
      }
      case 2 -> attention(x);
      default -> node(new Op.GlobalAveragePool(), Shape.of(width), x);
    };
  }

  private Window window(Shape shape, int kernel) {
    int height = 1 + below(Math.min(kernel, shape.dim(1)));
    int width = 1 + below(Math.min(kernel, shape.dim(2)));
    boolean dilated = height > 1 && width > 1 && shape.dim(1) > 4 && shape.dim(2) > 4;
    int dilation = dilated && height < 3 && width < 3 ? 1 + below(3) : 1;
    int padHeight = below(height / 2 + 1);
    int padWidth = below(width / 2 + 1);
    return new Window(
        height, width, 1 + below(2), 1 + below(2), padHeight, padWidth, dilation, dilation);
  }

  private static Shape slid(Window window, Shape shape, int channels) {
    return Shape.of(channels, window.outputHeight(shape.dim(1)), window.outputWidth(shape.dim(2)));
  }

  private String conv(String x, Shape shape) {
    int groups = random.nextBoolean() ? 1 : shape.dim(0);
    int in = shape.dim(0) / groups;
    int out = groups * (1 + below(2)) + (groups == 1 ? below(5) : 0);
    Window window = window(shape, 3);
    double deviation = 1 / Math.sqrt(in * window.taps());
    String weight =
        parameter("weight", 0, deviation, out, in, window.kernelHeight(), window.kernelWidth());
    Op conv = new Op.Conv2d(weight, bias(out), window, groups);
    return node(conv, slid(window, shape, out), x);
  }

  private String pool(String x, Shape shape) {
    Window window = window(shape, 3);
    boolean mean = window.dilationHeight() == 1 && random.nextBoolean();
    Op pool = mean ? new Op.AveragePool2d(window) : new Op.MaxPool2d(window);
    return node(pool, slid(window, shape, shape.dim(0)), x);
  }

  /** Attention of tokens to tokens, with values wider or narrower than keys. */
  private String attention(String x) {
    int heads = 1 + below(3);
    int keyWidth = heads * (1 + below(3));
    String queries = linear(x, keyWidth);
    String keys = linear(x, keyWidth);
    String values = linear(x, heads * (1 + below(3)));
    Shape shape = shapes.get(x).with(0, shapes.get(values).dim(0));
    Op attention = new Op.Attention(heads, random.nextDouble(0.2, 1));
    return node(attention, shape, queries, keys, values);
  }
}
