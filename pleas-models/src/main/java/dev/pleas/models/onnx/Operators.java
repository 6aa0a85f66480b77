package dev.pleas.models.onnx;

import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.onnx.Schema.TensorFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a node as one or more operators of <a
 * href="https://onnx.ai/onnx/operators/index.html">ONNX</a>, as they are in {@link
 * OnnxWriter#OPSET}. Axis 0 is the batch, whose length no operator fixes.
 */
final class Operators {
  private final OnnxGraph onnx;
  private final Node node;
  private final List<String> inputs;
  private final String output;
  private final Map<String, Shape> parameters;

  /**
   * @param inputs ONNX's names of the node's inputs
   * @param output ONNX's name of its result
   * @param parameters shapes by name
   */
  Operators(
      OnnxGraph onnx,
      Node node,
      List<String> inputs,
      String output,
      Map<String, Shape> parameters) {
    this.onnx = onnx;
    this.node = node;
    this.inputs = inputs;
    this.output = output;
    this.parameters = parameters;
  }

  /**
   * Adds the operators.
   *
   * @param shapes of the inputs without the batch axis
   * @param out shape of the result without the batch axis
   */
  void write(List<Shape> shapes, Shape out) {
    Op op = node.op();
    String x = inputs.get(0);
    Shape in = shapes.get(0);
    if (op instanceof Op.Conv2d conv) {
      List<Attribute> attributes = window(conv.window());
      attributes.add(Attribute.of("group", conv.groups()));
      result("Conv", operands(x, conv.weight(), conv.bias()), attributes);
    } else if (op instanceof Op.Linear linear) {
      linear(linear, x, in.rank());
    } else if (op instanceof Op.BatchNorm norm) {
      result(
          "BatchNormalization",
          List.of(x, norm.weight(), norm.bias(), norm.runningMean(), norm.runningVar()),
          List.of(Attribute.of("epsilon", (float) norm.epsilon())));
    } else if (op instanceof Op.LayerNorm norm) {
      layerNorm(norm, x, in.rank());
    } else if (op instanceof Op.Scale scale) {
      result("Mul", x, alongPositions(scale.weight(), in.rank()));
    } else if (op instanceof Op.Relu) {
      result("Relu", x);
    } else if (op instanceof Op.Tanh) {
      result("Tanh", x);
    } else if (op instanceof Op.Sigmoid) {
      result("Sigmoid", x);
    } else if (op instanceof Op.HardSigmoid gate) {
      result(
          "HardSigmoid",
          List.of(x),
          List.of(
              Attribute.of("alpha", (float) gate.slope()),
              Attribute.of("beta", (float) gate.offset())));
    } else if (op instanceof Op.Clip clip) {
      result("Clip", x, onnx.number((float) clip.low()), onnx.number((float) clip.high()));
    } else if (op instanceof Op.Multiply multiply) {
      result("Mul", x, onnx.number((float) multiply.factor()));
    } else if (op instanceof Op.Gelu gelu) {
      gelu(gelu.form(), x);
    } else if (op instanceof Op.Attention attention) {
      attention(attention, in, out);
    } else if (op instanceof Op.Add) {
      result("Add", x, inputs.get(1));
    } else if (op instanceof Op.Product) {
      boolean gate = shapes.get(1).rank() < in.rank();
      String factors = inputs.get(1);
      result("Mul", x, gate ? step("factors", "Unsqueeze", factors, axes(2, in.rank())) : factors);
    } else if (op instanceof Op.AddParameter add) {
      addParameter(add, x, in, Objects.requireNonNull(parameters.get(add.weight())));
    } else if (op instanceof Op.Embed embed) {
      String ids = step("ids", "Cast", List.of(x), Attribute.of("to", TensorFields.INT64));
      String rows = step("rows", "Gather", List.of(embed.weight(), ids), Attribute.of("axis", 1));
      result("Transpose", List.of(rows), List.of(Attribute.list("perm", 1, 0, 2)));
    } else if (op instanceof Op.MaxPool2d pool) {
      result("MaxPool", List.of(x), window(pool.window()));
    } else if (op instanceof Op.AveragePool2d pool) {
      List<Attribute> attributes = sliding(pool.window());
      attributes.add(Attribute.of("count_include_pad", 1));
      result("AveragePool", List.of(x), attributes);
    } else if (op instanceof Op.GlobalAveragePool) {
      result(
          "ReduceMean",
          List.of(x),
          List.of(
              Attribute.list("axes", LongStream.rangeClosed(2, in.rank()).toArray()),
              Attribute.of("keepdims", 0)));
    } else if (op instanceof Op.Flatten) {
      result("Reshape", x, onnx.integers(0, 0, -1));
    } else if (op instanceof Op.Prepend prepend) {
      prepend(prepend, x, in.dim(0), out.dim(1) - in.dim(1));
    } else if (op instanceof Op.SlicePositions slice) {
      result("Slice", x, onnx.integers(slice.from()), onnx.integers(slice.to()), onnx.integers(2));
    } else {
      throw new IllegalStateException("no operator of ONNX for " + op);
    }
  }

  private static List<String> operands(String x, String weight, @Nullable String bias) {
    return bias == null ? List.of(x, weight) : List.of(x, weight, bias);
  }

  private static List<Attribute> window(Window w) {
    List<Attribute> attributes = sliding(w);
    attributes.add(Attribute.list("dilations", w.dilationHeight(), w.dilationWidth()));
    return attributes;
  }

  /** All of a window but its dilation. */
  private static List<Attribute> sliding(Window w) {
    return new ArrayList<>(
        List.of(
            Attribute.list("kernel_shape", w.kernelHeight(), w.kernelWidth()),
            Attribute.list("pads", w.padHeight(), w.padWidth(), w.padHeight(), w.padWidth()),
            Attribute.list("strides", w.strideHeight(), w.strideWidth())));
  }

  private void addParameter(Op.AddParameter add, String x, Shape in, Shape weight) {
    String offset =
        weight.equals(in)
            ? add.weight()
            : step(
                "first",
                "Slice",
                add.weight(),
                onnx.integers(0),
                onnx.integers(in.dim(1)),
                onnx.integers(1));
    result("Add", x, offset);
  }

  /** A matrix product; the same at each position is a convolution with a kernel of one position. */
  private void linear(Op.Linear linear, String x, int rank) {
    if (rank == 1) {
      result(
          "Gemm", operands(x, linear.weight(), linear.bias()), List.of(Attribute.of("transB", 1)));
    } else {
      String kernel = step("kernel", "Unsqueeze", linear.weight(), axes(2, rank));
      result("Conv", operands(x, kernel, linear.bias()), List.of());
    }
  }

  /** ONNX normalizes the last axes: the channels are brought there and back. */
  private void layerNorm(Op.LayerNorm norm, String x, int rank) {
    Attribute epsilon = Attribute.of("epsilon", (float) norm.epsilon());
    if (rank == 1) {
      result("LayerNormalization", operands(x, norm.weight(), norm.bias()), List.of(epsilon));
      return;
    }
    LongStream positions = LongStream.rangeClosed(2, rank);
    long[] last =
        LongStream.concat(LongStream.of(0), LongStream.concat(positions, LongStream.of(1)))
            .toArray();
    long[] back = LongStream.concat(LongStream.of(0, rank), LongStream.range(1, rank)).toArray();
    String turned = step("channelsLast", "Transpose", List.of(x), Attribute.list("perm", last));
    String normal =
        step(
            "normalized",
            "LayerNormalization",
            operands(turned, norm.weight(), norm.bias()),
            epsilon);
    result("Transpose", List.of(normal), List.of(Attribute.list("perm", back)));
  }

  /** Returns a parameter with one element per channel, shaped to go along with all positions. */
  private String alongPositions(String parameter, int rank) {
    return rank == 1 ? parameter : step("factors", "Unsqueeze", parameter, axes(1, rank - 1));
  }

  private String axes(int from, int to) {
    return onnx.integers(LongStream.rangeClosed(from, to).toArray());
  }

  /** The definitions of {@link Op.Gelu.Form}, term by term. */
  private void gelu(Op.Gelu.Form form, String x) {
    switch (form) {
      case EXACT -> {
        String scaled = step("scaled", "Div", x, onnx.number((float) Math.sqrt(2)));
        String shifted = step("shifted", "Add", step("erf", "Erf", scaled), onnx.number(1f));
        result("Mul", step("twice", "Mul", x, shifted), onnx.number(0.5f));
      }
      case TANH -> {
        String cube = step("cube", "Mul", step("square", "Mul", x, x), x);
        String sum = step("sum", "Add", x, step("cubic", "Mul", cube, onnx.number(0.044715f)));
        String scaled = step("scaled", "Mul", sum, onnx.number((float) Math.sqrt(2 / Math.PI)));
        String shifted = step("shifted", "Add", step("tanh", "Tanh", scaled), onnx.number(1f));
        result("Mul", step("twice", "Mul", x, shifted), onnx.number(0.5f));
      }
      case QUICK -> {
        String scaled = step("scaled", "Mul", x, onnx.number(1.702f));
        result("Mul", x, step("sigmoid", "Sigmoid", scaled));
      }
    }
  }

  /**
   * With an axis for the heads: keys [N, heads, S, d] times queries [N, heads, d, T], normalized
   * over S, and values [N, heads, e, S] times that.
   */
  private void attention(Op.Attention attention, Shape queries, Shape out) {
    String q = step("queries", "Reshape", inputs.get(0), heads(attention, queries.dim(0)));
    String k = step("keys", "Reshape", inputs.get(1), heads(attention, queries.dim(0)));
    String v = step("values", "Reshape", inputs.get(2), heads(attention, out.dim(0)));
    String scaled = step("scaled", "Mul", q, onnx.number((float) attention.scale()));
    String rows = step("keyRows", "Transpose", List.of(k), Attribute.list("perm", 0, 1, 3, 2));
    String scores = step("scores", "MatMul", rows, scaled);
    String there = inputs.size() == 3 ? scores : masked(scores, inputs.get(3));
    String weights = step("weights", "Softmax", List.of(there), Attribute.of("axis", 2));
    String mixed = step("mixed", "MatMul", v, weights);
    result("Reshape", mixed, onnx.integers(0, out.dim(0), out.dim(1)));
  }

  /** Scores [N, heads, S, T] with 10⁹·(1 − mask) taken from them. */
  private String masked(String scores, String mask) {
    String along = step("mask", "Unsqueeze", mask, onnx.integers(1, 3));
    String less = step("missing", "Sub", along, onnx.number(1f));
    String far = step("far", "Mul", less, onnx.number(1e9f));
    return step("masked", "Add", scores, far);
  }

  private String heads(Op.Attention attention, int channels) {
    return onnx.integers(0, attention.heads(), channels / attention.heads(), -1);
  }

  private void prepend(Op.Prepend prepend, String x, int channels, int positions) {
    String batch =
        step("batch", "Shape", List.of(x), Attribute.of("start", 0), Attribute.of("end", 1));
    String shape =
        step(
            "shape",
            "Concat",
            List.of(batch, onnx.integers(channels, positions)),
            Attribute.of("axis", 0));
    String tokens = step("tokens", "Expand", prepend.weight(), shape);
    result("Concat", List.of(tokens, x), List.of(Attribute.of("axis", 2)));
  }

  private void result(String operator, String... operands) {
    result(operator, List.of(operands), List.of());
  }

  /** Adds the operator that gives the node's result. */
  private void result(String operator, List<String> operands, List<Attribute> attributes) {
    onnx.node(node.name(), operator, operands, output, attributes);
  }

  private String step(String role, String operator, String... operands) {
    return step(role, operator, List.of(operands));
  }

  /** Adds an operator on the way to the result and returns its own result's name. */
  private String step(
      String role, String operator, List<String> operands, Attribute... attributes) {
    String name = onnx.name(node.name() + "." + role);
    onnx.node(name, operator, operands, name, Stream.of(attributes).toList());
    return name;
  }
}
