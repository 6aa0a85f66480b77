package dev.pleas.models.onnx;

import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.onnx.Axes.Atom;
import dev.pleas.models.onnx.Axes.Kind;
import dev.pleas.models.onnx.OnnxNetwork.OnnxNode;
import dev.pleas.models.onnx.Value.GaussianError;
import dev.pleas.models.onnx.Value.Mask;
import dev.pleas.models.onnx.Value.Normalizing;
import dev.pleas.models.onnx.Value.Normalizing.Step;
import dev.pleas.models.onnx.Value.Probabilities;
import dev.pleas.models.onnx.Value.Rows;
import dev.pleas.models.onnx.Value.Scores;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Expresses the operators of transformers, whose channels are the last axis, node by node. */
final class TokenTranslator {
  /** The operators that it knows. */
  static final Set<String> OPERATORS =
      Set.of(
          "Add",
          "Cast",
          "Concat",
          "Div",
          "Equal",
          "Dropout",
          "Erf",
          "Expand",
          "Gather",
          "Gelu",
          "Gemm",
          "Identity",
          "LayerNormalization",
          "MatMul",
          "Mul",
          "Pow",
          "ReduceMean",
          "Relu",
          "Reshape",
          "Slice",
          "Softmax",
          "Split",
          "Sqrt",
          "Squeeze",
          "Sub",
          "Tanh",
          "Transpose",
          "Unsqueeze",
          "Where");

  /** Of operators that have a fixed number of them. */
  private static final int MOST_OPERANDS = 3;

  private final Inputs inputs;
  private final Nodes nodes;
  private final Weights weights;
  private final Folding folding;
  private final ViewShapes shapes;
  private final AttentionParts attention;
  private final TokenArithmetic arithmetic;
  private final Views views;

  TokenTranslator(Inputs inputs, Nodes nodes, Weights weights, Folding folding) {
    this.inputs = inputs;
    this.nodes = nodes;
    this.weights = weights;
    this.folding = folding;
    this.shapes = new ViewShapes(nodes, folding);
    this.attention = new AttentionParts(nodes);
    this.arithmetic = new TokenArithmetic(nodes, weights, folding, attention);
    this.views = new Views(nodes);
  }

  /**
   * Returns what a node gives.
   *
   * @param inputs its inputs; null for those that are no values of the network
   * @throws UnsupportedOperator if the graph cannot express it
   */
  List<Value> translate(OnnxNode node, List<@Nullable Value> inputs) throws UnsupportedOperator {
    List<@Nullable Value> operands = new ArrayList<>(inputs);
    while (operands.size() < MOST_OPERANDS) {
      operands.add(null); // A damaged model may lack some.
    }
    if (node.operator().equals("Split")) {
      return List.copyOf(shapes.split(node, Views.view(operands, 0)));
    }
    Value result = single(node, operands);
    boolean vectors =
        result instanceof View view && Views.isVectors(view) && view.source() instanceof View.Given;
    return List.of(vectors ? views.channelsFirst(node, result) : result);
  }

  private Value single(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    return switch (node.operator()) {
      case "Identity", "Dropout", "Cast" -> any(operands);
      case "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Slice" ->
          operands.get(0) instanceof Mask mask
              ? shapes.reshaped(node, mask)
              : shapes.changed(node, Views.view(operands, 0));
      case "Expand" -> expand(node, operands);
      case "Gather" -> gather(node, operands);
      case "Concat" -> concat(node, operands);
      case "MatMul", "Gemm" -> product(node, operands);
      case "Softmax" -> attention.softmax(node, any(operands));
      case "Add" -> add(node, operands);
      default -> arithmetic.translate(node, operands);
    };
  }

  private static Value any(List<@Nullable Value> operands) throws UnsupportedOperator {
    for (Value operand : operands) {
      if (operand != null) {
        return operand;
      }
    }
    throw Views.refused();
  }

  private Value expand(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    @Nullable Value x = operands.get(0);
    if (x instanceof Mask mask) {
      @Nullable List<Long> shape = folding.get(node.input(1));
      return shape == null ? mask : new Mask(mask.value(), mask.stage(), shape);
    }
    @Nullable Rows rows = rows(node, 0);
    if (rows == null) {
      throw Views.refused();
    }
    return rows;
  }

  /** Returns a parameter [1, P, C] or [P, C], or null. */
  private @Nullable Rows rows(OnnxNode node, int input) {
    @Nullable Shape shape = weights.shape(node.input(input));
    if (shape == null || shape.rank() < 2 || shape.rank() > 3) {
      return null;
    }
    boolean same = shape.rank() == 2 || shape.dim(0) == 1;
    return same
        ? new Rows(Objects.requireNonNull(node.input(input)), shape.dim(shape.rank() - 2))
        : null;
  }

  private Value gather(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    @Nullable Value indices = operands.get(1);
    @Nullable Shape table = weights.shape(node.input(0));
    if (table == null) {
      return shapes.taken(node, Views.view(operands, 0), folding.get(node.input(1)));
    }
    if (table.rank() != 2 || node.number("axis", 0) != 0) {
      throw Views.refused();
    }
    String tensor = Objects.requireNonNull(node.input(0));
    if (indices instanceof Value.Ids ids) {
      return embedded(node, tensor, table, ids.value(), ids.length());
    }
    @Nullable List<Long> numbers = folding.get(node.input(1));
    if (numbers != null && numbers.size() > 1 && Set.copyOf(numbers).equals(Set.of(0L))) {
      return embedded(node, tensor, table, inputs.zeros(nodes), numbers.size());
    }
    for (int i = 0; numbers != null && i < numbers.size(); i++) {
      numbers = numbers.get(i) == i ? numbers : null;
    }
    if (numbers == null || numbers.isEmpty() || numbers.size() > table.dim(0)) {
      throw new UnsupportedOperator("reads rows that are not the first ones of a table");
    }
    return new Rows(tensor, numbers.size());
  }

  private View embedded(OnnxNode node, String tensor, Shape table, String ids, int length)
      throws UnsupportedOperator {
    int channels = table.dim(1);
    String words = nodes.add(node, "", new Op.Embed(columns(tensor, table)), List.of(ids));
    Axes axes = Axes.tokens(length, channels);
    return new View(new View.Given(words), channels, List.of(length), axes, 1);
  }

  /** Returns a parameter [C, P] of a tensor [P, C], perhaps with leading axes of length 1. */
  private String columns(String tensor, Shape stored) throws UnsupportedOperator {
    int rank = stored.rank();
    int channels = stored.dim(rank - 1);
    Shape shape = Shape.of(channels, stored.dim(rank - 2));
    return weights.parts(tensor, shape, 0, List.of(channels), true).get(0);
  }

  /** Parameters, as class tokens are, before tokens. */
  private Value concat(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    int last = Math.max(1, node.inputs().size() - 1);
    View x = Views.view(operands, last);
    int axis = x.axes().index(node.number("axis", 0));
    boolean positions = x.positions().size() == 1 && x.isPositions(axis);
    if (!positions || axis != x.axes().rank() - 2 || !x.isChannelsLast()) {
      throw new UnsupportedOperator("is not of parameters and tokens");
    }
    for (int i = last - 1; i >= 0; i--) {
      @Nullable Rows rows = operands.get(i) instanceof Rows some ? some : rows(node, i);
      @Nullable Shape stored = rows == null ? null : weights.shape(rows.tensor());
      if (rows == null || stored == null || stored.dim(stored.rank() - 1) != x.channels()) {
        throw new UnsupportedOperator("is not of parameters and tokens");
      }
      x = prepended(node, x, axis, rows.tensor(), stored);
    }
    return x;
  }

  private View prepended(OnnxNode node, View x, int axis, String tensor, Shape stored)
      throws UnsupportedOperator {
    int length = stored.dim(stored.rank() - 2) + x.count();
    Op op = new Op.Prepend(columns(tensor, stored));
    String y = nodes.add(node, "", op, List.of(views.value(node, x)));
    Axes axes = x.axes().with(axis, List.of(new Atom(Kind.POSITION, length, 1)));
    return new View(new View.Given(y), x.channels(), List.of(length), axes, 1);
  }

  private Value product(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    if (operands.get(0) instanceof Probabilities weighting) {
      return attention.mixed(node, weighting.scores(), Views.view(operands, 1));
    }
    View x = Views.view(operands, 0);
    @Nullable Shape stored = weights.shape(node.input(1));
    if (stored == null) {
      return attention.scores(node, x, Views.view(operands, 1));
    }
    boolean gemm = node.operator().equals("Gemm");
    if (gemm
        && (node.real("alpha", 1) != 1
            || node.real("beta", 1) != 1
            || node.number("transA", 0) != 0)) {
      throw new UnsupportedOperator("has alpha, beta or transA");
    }
    boolean rowsAreOutputs = gemm && node.number("transB", 0) != 0;
    if (stored.rank() != 2
        || stored.dim(rowsAreOutputs ? 1 : 0) != x.channels()
        || !x.isChannelsLast()) {
      throw new UnsupportedOperator(
          "has a weight " + node.input(1) + " " + stored + " that does not fit its input");
    }
    Shape shape = rowsAreOutputs ? stored : Shape.of(stored.dim(1), stored.dim(0));
    @Nullable String bias = gemm ? node.input(2) : null;
    if (bias != null && !weights.isVector(bias, shape.dim(0), 0)) {
      throw new UnsupportedOperator("has a bias that does not fit");
    }
    Projection projection =
        new Projection(
            nodes,
            weights,
            node,
            views.value(node, x),
            new Projection.Matrix(Objects.requireNonNull(node.input(1)), shape, !rowsAreOutputs),
            bias);
    int channels = shape.dim(0);
    Axes axes = x.axes().with(x.axes().rank() - 1, List.of(new Atom(Kind.CHANNEL, channels, 1)));
    return new View(projection, channels, x.positions(), axes, 1);
  }

  private Value add(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    for (int i = 0; i < 2; i++) {
      @Nullable Value x = operands.get(i);
      @Nullable Value y = operands.get(1 - i);
      @Nullable Double number = folding.number(node.input(1 - i));
      if (x instanceof Scores scores && y instanceof Mask mask) {
        return attention.masked(scores, mask);
      } else if (x instanceof Normalizing n && number != null) {
        if (n.step() == Step.VARIANCE && number > 0) {
          return new Normalizing(Step.SHIFTED_VARIANCE, n.x(), number);
        }
      } else if (x instanceof GaussianError e && number != null && number == 1 && !e.plusOne()) {
        return new GaussianError(e.x(), true);
      }
      @Nullable View view = Views.asView(x);
      @Nullable Rows rows = y instanceof Rows some ? some : null;
      if (view != null && Views.asView(y) == null) {
        return plus(node, view, rows, 1 - i);
      }
    }
    View x = Views.view(operands, 0);
    View y = Views.view(operands, 1);
    if (!x.axes().equals(y.axes()) || !x.positions().equals(y.positions())) {
      throw new UnsupportedOperator("is applied to values of different shapes");
    }
    String sum =
        nodes.add(node, "", new Op.Add(), List.of(views.value(node, x), views.value(node, y)));
    return new View(new View.Given(sum), x.channels(), x.positions(), x.axes(), 1);
  }

  /** A bias or a position embedding. */
  private View plus(OnnxNode node, View x, @Nullable Rows rows, int input)
      throws UnsupportedOperator {
    @Nullable String tensor = rows != null ? rows.tensor() : node.input(input);
    @Nullable Shape shape = weights.shape(tensor);
    if (tensor == null || shape == null || !x.isChannelsLast()) {
      throw Views.refused();
    }
    boolean vector = rows == null && weights.isVector(tensor, x.channels(), 0);
    View.@Nullable Source biased = vector && x.factor() == 1 ? x.source().plus(tensor) : null;
    if (biased != null) {
      return x.with(biased);
    }
    int last = x.axes().rank() - 1;
    int rank = shape.rank();
    boolean fits =
        rank >= 2
            && rank <= 3
            && (rank == 2 || shape.dim(0) == 1)
            && last >= 1
            && x.positions().size() == 1
            && x.isPositions(last - 1)
            && shape.dim(rank - 1) == x.channels()
            && (rows == null ? shape.dim(rank - 2) : rows.rows()) == x.count();
    if (!fits) {
      throw new UnsupportedOperator("adds " + tensor + " " + shape + ", which does not fit");
    }
    Op op = new Op.AddParameter(columns(tensor, shape));
    String sum = nodes.add(node, "", op, List.of(views.value(node, x)));
    return new View(new View.Given(sum), x.channels(), x.positions(), x.axes(), 1);
  }
}
