package dev.pleas.models.onnx;

import dev.pleas.api.graph.Op;
import dev.pleas.models.onnx.Activation.Part;
import dev.pleas.models.onnx.OnnxNetwork.OnnxNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Expresses operators of ONNX by operations of a graph, node by node. */
final class Translator {
  /** The operators that it knows, those on shapes alone included. */
  static final TreeSet<String> OPERATORS =
      new TreeSet<>(
          List.of(
              "Add",
              "AveragePool",
              "BatchNormalization",
              "Cast",
              "Clip",
              "Concat",
              "Constant",
              "Conv",
              "Div",
              "Dropout",
              "Flatten",
              "Gather",
              "Gemm",
              "GlobalAveragePool",
              "HardSigmoid",
              "HardSwish",
              "Identity",
              "MatMul",
              "MaxPool",
              "Mul",
              "Pad",
              "ReduceMean",
              "Relu",
              "Reshape",
              "Shape",
              "Sigmoid",
              "Slice",
              "Squeeze",
              "Sub",
              "Tanh",
              "Unsqueeze"));

  private final Nodes nodes;
  private final Weights weights;
  private final Gates gates;
  private final Images images;
  private final Layers layers;
  private final Reshapes reshapes;

  Translator(Nodes nodes, Weights weights, Folding folding) {
    this.nodes = nodes;
    this.weights = weights;
    this.images = new Images(this, folding);
    this.gates = new Gates(this, images, weights, folding);
    this.layers = new Layers(this, weights, folding, gates, images);
    this.reshapes = new Reshapes(this, folding, images);
  }

  /** Returns whether this is an operator on values whose channels are axis 1, as images have. */
  boolean isChannelsFirst(OnnxNode node, List<Activation> values) {
    Activation x = values.get(0);
    boolean vectors = x.positions().isEmpty();
    return switch (node.operator()) {
      case "Add" -> values.size() == 2 || vectors || x.positions().size() == 2;
      case "MatMul" -> vectors;
      case "Reshape", "Squeeze", "Unsqueeze" -> vectors || reshapes.leavesChannels(node, x);
      case "ReduceMean" -> x.positions().size() == 2 && images.isOverPositions(node);
      case "Concat" -> node.number("axis", 1) == 1 && values.size() == node.inputs().size();
      case "Gather", "Slice" -> false;
      default -> OPERATORS.contains(node.operator());
    };
  }

  /**
   * Adds what a node computes to the graph.
   *
   * @param values those of its inputs that the graph has
   * @throws UnsupportedOperator if the graph cannot express it
   */
  Activation translate(OnnxNode node, List<Activation> values) throws UnsupportedOperator {
    Activation x = values.get(0);
    return switch (node.operator()) {
      case "Conv" -> layers.conv(node, x);
      case "BatchNormalization" -> layers.batchNorm(node, x);
      case "Relu" -> gates.relu(node, x);
      case "Tanh" -> each(node, x, new Op.Tanh());
      case "MaxPool" -> images.maxPool(node, x);
      case "AveragePool" -> images.averagePool(node, x);
      case "GlobalAveragePool" -> images.globalPool(node, x, true);
      case "ReduceMean" -> images.reduceMean(node, x);
      case "Sigmoid" -> each(node, x, new Op.Sigmoid());
      case "HardSigmoid" -> gates.hardSigmoid(node, x);
      case "HardSwish" -> gates.hardSwish(node, x);
      case "Clip" -> gates.clip(node, x);
      case "Add" -> values.size() == 2 ? add(node, x, values.get(1)) : layers.addConstant(node, x);
      case "Mul" ->
          values.size() == 2 ? gates.multiply(node, x, values.get(1)) : gates.constant(node, x);
      case "Sub", "Div" -> gates.constant(node, requireOne(values));
      case "Gemm" -> layers.gemm(node, requireFirst(node, x));
      case "MatMul" -> layers.matMul(node, requireFirst(node, x));
      case "Concat" -> concat(node, values);
      case "Dropout", "Identity", "Cast" -> x;
      case "Pad" -> images.pad(node, x);
      case "Flatten", "Reshape", "Squeeze", "Unsqueeze" -> reshapes.reshape(node, x);
      default -> throw new UnsupportedOperator("is applied to activations");
    };
  }

  /** The weight of a product must be its second operand. */
  private Activation requireFirst(OnnxNode node, Activation x) throws UnsupportedOperator {
    if (weights.shape(node.input(0)) != null) {
      throw new UnsupportedOperator("has its weight as the first operand");
    }
    return x;
  }

  private static Activation requireOne(List<Activation> values) throws UnsupportedOperator {
    if (values.size() != 1) {
      throw new UnsupportedOperator("is applied to two activations");
    }
    return values.get(0);
  }

  String add(OnnxNode node, String suffix, Op op, List<String> inputs) throws UnsupportedOperator {
    return nodes.add(node, suffix, op, inputs);
  }

  Activation each(OnnxNode node, Activation x, Op op) throws UnsupportedOperator {
    return each(x, (i, part) -> add(node, suffix(x, i), op, List.of(part.value())));
  }

  /** Makes a value of a part. */
  interface OfPart {
    String apply(int index, Part part) throws UnsupportedOperator;
  }

  /** Does something to each part that keeps its channels and positions. */
  Activation each(Activation x, OfPart change) throws UnsupportedOperator {
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < x.parts().size(); i++) {
      Part part = x.parts().get(i);
      parts.add(new Part(change.apply(i, part), part.channels()));
    }
    return new Activation(parts, x.positions(), x.pooled());
  }

  /** Returns the name of a value that the graph does not have. */
  String defer(Deferred value) {
    return nodes.defer(value);
  }

  /** Returns what a part is instead of a value of the graph, or null. */
  @Nullable Deferred deferred(Part part) {
    return nodes.deferred(part.value());
  }

  /** Returns what its first part is; its parts are of one kind. */
  @Nullable Deferred deferred(Activation x) {
    return deferred(x.parts().get(0));
  }

  static String suffix(Activation x, int part) {
    return x.parts().size() == 1 ? "" : "." + part;
  }

  private Activation add(OnnxNode node, Activation x, Activation y) throws UnsupportedOperator {
    if (!x.split().equals(y.split())
        || !x.positions().equals(y.positions())
        || x.pooled() != y.pooled()) {
      throw new UnsupportedOperator("is applied to values of different shapes");
    }
    return each(
        x,
        (i, part) -> {
          List<String> both = List.of(part.value(), y.parts().get(i).value());
          return add(node, suffix(x, i), new Op.Add(), both);
        });
  }

  private Activation concat(OnnxNode node, List<Activation> values) throws UnsupportedOperator {
    Activation first = values.get(0);
    int rank = first.onnxShape().size();
    long axis = node.number("axis", 1);
    if ((axis < 0 ? axis + rank : axis) != 1 || values.size() != node.inputs().size()) {
      throw new UnsupportedOperator("is not of channels");
    }
    List<Part> parts = new ArrayList<>();
    for (Activation value : values) {
      if (!value.positions().equals(first.positions()) || value.pooled() != first.pooled()) {
        throw new UnsupportedOperator("is applied to values of different shapes");
      }
      @Nullable Deferred unmade = deferred(value);
      if (unmade != null) {
        throw new UnsupportedOperator("is applied to " + unmade.shown());
      }
      parts.addAll(value.parts());
    }
    return new Activation(parts, first.positions(), first.pooled());
  }
}
