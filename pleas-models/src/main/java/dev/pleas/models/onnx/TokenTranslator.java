package dev.pleas.models.onnx;

import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.onnx.Activation.Part;
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

  private final Inputs inputs;
  private final Nodes nodes;
  private final Weights weights;
  private final Folding folding;
  private final ViewShapes shapes;
  private final AttentionParts attention;

  TokenTranslator(Inputs inputs, Nodes nodes, Weights weights, Folding folding) {
    this.inputs = inputs;
    this.nodes = nodes;
    this.weights = weights;
    this.folding = folding;
    this.shapes = new ViewShapes(nodes, folding);
    this.attention = new AttentionParts(nodes);
  }

  /**
   * Returns what a node gives.
   *
   * @param operands its inputs; null for those that are no values of the network
   * @throws UnsupportedOperator if the graph cannot express it
   */
  List<Value> translate(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    if (node.operator().equals("Split")) {
      return List.copyOf(shapes.split(node, view(node, operands, 0)));
    }
    Value result = single(node, operands);
    boolean vectors =
        result instanceof View view && isVectors(view) && view.source() instanceof View.Given;
    return List.of(vectors ? channelsFirst(node, result) : result);
  }

  private Value single(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    return switch (node.operator()) {
      case "Identity", "Dropout", "Cast" -> any(node, operands);
      case "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Slice" ->
          operands.get(0) instanceof Mask mask
              ? shapes.reshaped(node, mask)
              : shapes.changed(node, view(node, operands, 0));
      case "Expand" -> expand(node, operands);
      case "Gather" -> gather(node, operands);
      case "Concat" -> concat(node, operands);
      case "MatMul", "Gemm" -> product(node, operands);
      case "Add" -> add(node, operands);
      case "Sub" -> subtract(node, operands);
      case "Mul" -> multiply(node, operands);
      case "Div" -> divide(node, operands);
      case "Equal" -> equal(node, operands);
      case "Where" -> where(node, operands);
      case "Pow" -> power(node, operands);
      case "Sqrt" -> root(node, operands);
      case "ReduceMean" -> mean(node, operands);
      case "Erf" -> error(view(node, operands, 0));
      case "Softmax" -> attention.softmax(node, any(node, operands));
      case "LayerNormalization" -> layerNorm(node, view(node, operands, 0));
      case "Gelu" -> gelu(node, view(node, operands, 0));
      case "Relu" -> each(node, view(node, operands, 0), new Op.Relu());
      case "Tanh" -> each(node, view(node, operands, 0), new Op.Tanh());
      default -> throw refused();
    };
  }

  /** Whether a view is [N, C]. */
  private static boolean isVectors(View view) {
    return view.count() == 1 && view.axes().equals(Axes.channelsFirst(view.channels(), List.of()));
  }

  private static UnsupportedOperator refused() {
    return new UnsupportedOperator("is applied to what it is not applied to in a transformer");
  }

  private static Value any(OnnxNode node, List<@Nullable Value> operands)
      throws UnsupportedOperator {
    for (Value operand : operands) {
      if (operand != null) {
        return operand;
      }
    }
    throw refused();
  }

  private View view(OnnxNode node, List<@Nullable Value> operands, int index)
      throws UnsupportedOperator {
    @Nullable View view = asView(index < operands.size() ? operands.get(index) : null);
    if (view == null) {
      throw refused();
    }
    return view;
  }

  private static @Nullable View asView(@Nullable Value value) {
    if (value instanceof Activation dense && dense.parts().size() == 1) {
      Part part = dense.parts().get(0);
      View view = View.of(part.value(), part.channels(), dense.positions());
      return dense.pooled() ? view.with(view.axes().withNew(2).withNew(3)) : view;
    }
    return value instanceof View view ? view : null;
  }

  /** Returns the graph's value of a view, with its factor. */
  private String value(OnnxNode node, View x) throws UnsupportedOperator {
    String value = x.source().value();
    return x.factor() == 1
        ? value
        : nodes.add(node, ".scaled", new Op.Multiply(x.factor()), List.of(value));
  }

  /**
   * Returns a dense value with its channels first, which other operators need.
   *
   * @throws UnsupportedOperator if its axes are in another order
   */
  Activation channelsFirst(OnnxNode node, Value value) throws UnsupportedOperator {
    if (value instanceof Activation dense) {
      return dense;
    }
    @Nullable View view = asView(value);
    if (view == null) {
      throw refused();
    }
    if (!view.positions().isEmpty() && isVectors(view)) {
      String mean =
          nodes.add(node, ".only", new Op.GlobalAveragePool(), List.of(value(node, view)));
      return new Activation(List.of(new Part(mean, view.channels())), List.of(), false);
    }
    if (!view.axes().equals(Axes.channelsFirst(view.channels(), view.positions()))) {
      throw new UnsupportedOperator("is applied to channels that are not axis 1");
    }
    return new Activation(
        List.of(new Part(value(node, view), view.channels())), view.positions(), false);
  }

  /**
   * Returns an output, vectors [N, C], or tokens [N, T, C] as the graph's [N, C, T].
   *
   * @param name of the output that they are
   */
  String output(String name, View view) throws UnsupportedOperator {
    boolean tokens =
        view.positions().size() == 1
            && view.axes().equals(Axes.tokens(view.count(), view.channels()));
    if (!tokens && !(view.positions().isEmpty() && isVectors(view))) {
      throw refused();
    }
    String value = view.source().value();
    return view.factor() == 1
        ? value
        : nodes.add(name, new Op.Multiply(view.factor()), List.of(value));
  }

  private View each(OnnxNode node, View x, Op op) throws UnsupportedOperator {
    String y = nodes.add(node, "", op, List.of(value(node, x)));
    return new View(new View.Given(y), x.channels(), x.positions(), x.axes(), 1);
  }

  private Value expand(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    @Nullable Value x = operands.get(0);
    if (x instanceof Mask mask) {
      @Nullable List<Long> shape = folding.get(node.input(1));
      return shape == null ? mask : new Mask(mask.value(), mask.stage(), shape);
    }
    @Nullable Rows rows = rows(node, 0);
    if (rows == null) {
      throw refused();
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
      return shapes.taken(node, view(node, operands, 0), folding.get(node.input(1)));
    }
    if (table.rank() != 2 || node.number("axis", 0) != 0) {
      throw refused();
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
    int last = operands.size() - 1;
    View x = view(node, operands, last);
    int axis = x.axes().index(node.number("axis", 0));
    boolean positions = x.positions().size() == 1 && x.isPositions(axis);
    if (!positions || axis != x.axes().rank() - 2 || !x.isChannelsLast()) {
      throw new UnsupportedOperator("is not of parameters and tokens");
    }
    for (int i = last - 1; i >= 0; i--) {
      @Nullable Rows rows = operands.get(i) instanceof Rows some ? some : rows(node, i);
      @Nullable Shape stored = rows == null ? null : weights.shape(rows.tensor());
      if (stored == null || stored.dim(stored.rank() - 1) != x.channels()) {
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
    String y = nodes.add(node, "", op, List.of(value(node, x)));
    Axes axes = x.axes().with(axis, List.of(new Atom(Kind.POSITION, length, 1)));
    return new View(new View.Given(y), x.channels(), List.of(length), axes, 1);
  }

  private Value product(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    if (operands.get(0) instanceof Probabilities weighting) {
      return attention.mixed(node, weighting.scores(), view(node, operands, 1));
    }
    View x = view(node, operands, 0);
    @Nullable Shape stored = weights.shape(node.input(1));
    if (stored == null) {
      return attention.scores(node, x, view(node, operands, 1));
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
    if (bias != null && !isVector(weights.shape(bias), shape.dim(0))) {
      throw new UnsupportedOperator("has a bias that does not fit");
    }
    Projection projection =
        new Projection(
            nodes,
            weights,
            node,
            value(node, x),
            new Projection.Matrix(Objects.requireNonNull(node.input(1)), shape, !rowsAreOutputs),
            bias);
    int channels = shape.dim(0);
    Axes axes = x.axes().with(x.axes().rank() - 1, List.of(new Atom(Kind.CHANNEL, channels, 1)));
    return new View(projection, channels, x.positions(), axes, 1);
  }

  /** Whether a shape is [1, …, 1, length]. */
  private static boolean isVector(@Nullable Shape shape, int length) {
    return shape != null
        && shape.rank() >= 1
        && shape.dim(shape.rank() - 1) == length
        && shape.elements() == length;
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
      @Nullable View view = asView(x);
      @Nullable Rows rows = y instanceof Rows some ? some : null;
      if (view != null && asView(y) == null) {
        return plus(node, view, rows, 1 - i);
      }
    }
    View x = view(node, operands, 0);
    View y = view(node, operands, 1);
    if (!x.axes().equals(y.axes()) || !x.positions().equals(y.positions())) {
      throw new UnsupportedOperator("is applied to values of different shapes");
    }
    String sum = nodes.add(node, "", new Op.Add(), List.of(value(node, x), value(node, y)));
    return new View(new View.Given(sum), x.channels(), x.positions(), x.axes(), 1);
  }

  /** A bias or a position embedding. */
  private View plus(OnnxNode node, View x, @Nullable Rows rows, int input)
      throws UnsupportedOperator {
    @Nullable String tensor = rows != null ? rows.tensor() : node.input(input);
    @Nullable Shape shape = weights.shape(tensor);
    if (tensor == null || shape == null || !x.isChannelsLast()) {
      throw refused();
    }
    boolean vector = rows == null && isVector(shape, x.channels());
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
    String sum = nodes.add(node, "", op, List.of(value(node, x)));
    return new View(new View.Given(sum), x.channels(), x.positions(), x.axes(), 1);
  }

  private Value subtract(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    @Nullable Double number = folding.number(node.input(0));
    if (operands.get(1) instanceof Mask mask
        && mask.stage() == Mask.Stage.THERE
        && number != null
        && number == 1) {
      return new Mask(mask.value(), Mask.Stage.MISSING, mask.shape());
    }
    View x = view(node, operands, 0);
    if (operands.get(1) instanceof Normalizing n && n.step() == Step.MEAN && n.x().equals(x)) {
      return new Normalizing(Step.CENTERED, x, 0);
    }
    throw refused();
  }

  private Value multiply(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    for (int i = 0; i < 2; i++) {
      @Nullable Value x = operands.get(i);
      @Nullable Value y = operands.get(1 - i);
      @Nullable Double number = folding.number(node.input(1 - i));
      @Nullable View view = asView(x);
      @Nullable String tensor = node.input(1 - i);
      if (number != null && x != null) {
        return times(x, number);
      } else if (view != null && y instanceof GaussianError e && e.plusOne()) {
        return gelu(node, view, e);
      } else if (x instanceof Normalizing n && n.step() == Step.CENTERED && n.equals(y)) {
        return new Normalizing(Step.SQUARES, n.x(), 0);
      } else if (x instanceof Normalizing n && n.step() == Step.NORMALIZED && tensor != null) {
        return scaled(node, n.x(), tensor, n.epsilon(), null);
      } else if (view != null && y == null && tensor != null) {
        return scaled(node, view, tensor, 0, null);
      }
    }
    throw refused();
  }

  private static Value times(Value x, double factor) throws UnsupportedOperator {
    @Nullable View view = asView(x);
    if (view != null) {
      return view.times(factor);
    } else if (x instanceof Scores scores && scores.mask() == null) {
      return new Scores(scores.queries(), scores.keys(), scores.scale() * factor, null);
    } else if (x instanceof Mask mask && mask.stage() == Mask.Stage.MISSING && factor <= Mask.FAR) {
      return new Mask(mask.value(), Mask.Stage.ADDED, mask.shape());
    }
    throw refused();
  }

  /** Where a mask is 0. */
  private Value equal(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    @Nullable Double number = folding.number(node.input(1));
    if (operands.get(0) instanceof Mask mask
        && mask.stage() == Mask.Stage.THERE
        && number != null
        && number == 0) {
      return new Mask(mask.value(), Mask.Stage.MISSING, mask.shape());
    }
    throw refused();
  }

  private Value where(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    @Nullable Double number = folding.number(node.input(1));
    if (operands.get(0) instanceof Mask mask
        && operands.get(2) instanceof Scores scores
        && number != null) {
      return attention.chosen(scores, mask, number);
    }
    throw refused();
  }

  private Value divide(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    @Nullable Double number = folding.number(node.input(1));
    @Nullable Value x = operands.get(0);
    if (number != null && number != 0 && x != null) {
      return times(x, 1 / number);
    }
    if (x instanceof Normalizing centered
        && operands.get(1) instanceof Normalizing deviation
        && centered.step() == Step.CENTERED
        && deviation.step() == Step.DEVIATION
        && centered.x().equals(deviation.x())) {
      return new Normalizing(Step.NORMALIZED, centered.x(), deviation.epsilon());
    }
    throw refused();
  }

  private Value power(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    @Nullable Double number = folding.number(node.input(1));
    if (operands.get(0) instanceof Normalizing n
        && n.step() == Step.CENTERED
        && number != null
        && number == 2) {
      return new Normalizing(Step.SQUARES, n.x(), 0);
    }
    throw refused();
  }

  private static Value root(OnnxNode node, List<@Nullable Value> operands)
      throws UnsupportedOperator {
    if (operands.get(0) instanceof Normalizing n && n.step() == Step.SHIFTED_VARIANCE) {
      return new Normalizing(Step.DEVIATION, n.x(), n.epsilon());
    }
    throw refused();
  }

  private Value mean(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    @Nullable List<Long> axes = folding.axes(node);
    boolean keeps = node.number("keepdims", 1) != 0;
    if (axes == null || axes.size() != 1) {
      throw new UnsupportedOperator("is over several axes");
    }
    if (operands.get(0) instanceof Normalizing n && n.step() == Step.SQUARES && keeps) {
      if (n.x().axes().index(axes.get(0)) == n.x().axes().rank() - 1) {
        return new Normalizing(Step.VARIANCE, n.x(), 0);
      }
      throw refused();
    }
    View x = view(node, operands, 0);
    int axis = x.axes().index(axes.get(0));
    if (axis == x.axes().rank() - 1 && x.isChannels(axis) && keeps) {
      return new Normalizing(Step.MEAN, x, 0);
    }
    if (x.isPositions(axis) && !x.positions().isEmpty()) {
      String mean = nodes.add(node, "", new Op.GlobalAveragePool(), List.of(value(node, x)));
      Axes rest = keeps ? x.axes().with(axis, List.of()) : x.axes().without(axis);
      return new View(new View.Given(mean), x.channels(), List.of(), rest, 1);
    }
    throw refused();
  }

  private static Value error(View x) throws UnsupportedOperator {
    if (Math.abs(x.factor() * Math.sqrt(2) - 1) > 1e-6) {
      throw new UnsupportedOperator("is not of x / √2");
    }
    return new GaussianError(x.times(1 / x.factor()), false);
  }

  /** x · (1 + erf(x / √2)), which is twice the linear unit; x may have a factor before. */
  private View gelu(OnnxNode node, View x, GaussianError e) throws UnsupportedOperator {
    if (!x.times(1 / x.factor()).equals(e.x())) {
      throw refused();
    }
    return each(node, e.x(), new Op.Gelu(Op.Gelu.Form.EXACT)).times(2 * x.factor());
  }

  private View gelu(OnnxNode node, View x) throws UnsupportedOperator {
    boolean tanh = node.text("approximate", "none").equals("tanh");
    return each(node, x, new Op.Gelu(tanh ? Op.Gelu.Form.TANH : Op.Gelu.Form.EXACT));
  }

  private View layerNorm(OnnxNode node, View x) throws UnsupportedOperator {
    int axis = x.axes().index(node.number("axis", -1));
    @Nullable String weight = node.input(1);
    if (axis != x.axes().rank() - 1 || weight == null) {
      throw refused();
    }
    return scaled(node, x, weight, node.real("epsilon", 1e-5f), node.input(2));
  }

  private View scaled(OnnxNode node, View x, String tensor, double epsilon, @Nullable String bias)
      throws UnsupportedOperator {
    boolean biasFits = bias == null || isVector(weights.shape(bias), x.channels());
    if (!x.isChannelsLast() || !isVector(weights.shape(tensor), x.channels()) || !biasFits) {
      throw refused();
    }
    Scaled source = new Scaled(nodes, weights, node, x, value(node, x), tensor, epsilon, bias);
    return new View(source, x.channels(), x.positions(), x.axes(), 1);
  }
}
