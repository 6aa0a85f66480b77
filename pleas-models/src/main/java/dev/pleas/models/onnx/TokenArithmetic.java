package dev.pleas.models.onnx;

import dev.pleas.api.graph.Op;
import dev.pleas.models.onnx.OnnxNetwork.OnnxNode;
import dev.pleas.models.onnx.Value.GaussianError;
import dev.pleas.models.onnx.Value.Mask;
import dev.pleas.models.onnx.Value.Normalizing;
import dev.pleas.models.onnx.Value.Normalizing.Step;
import dev.pleas.models.onnx.Value.Scores;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Arithmetic, of which layer normalization, GELU and masks are made, and these themselves. */
final class TokenArithmetic {
  private final Nodes nodes;
  private final Weights weights;
  private final Folding folding;
  private final Views views;
  private final AttentionParts attention;

  TokenArithmetic(Nodes nodes, Weights weights, Folding folding, AttentionParts attention) {
    this.nodes = nodes;
    this.weights = weights;
    this.folding = folding;
    this.views = new Views(nodes);
    this.attention = attention;
  }

  /** Returns what a node gives. */
  Value translate(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    return switch (node.operator()) {
      case "Sub" -> subtract(node, operands);
      case "Mul" -> multiply(node, operands);
      case "Div" -> divide(node, operands);
      case "Equal" -> equal(node, operands);
      case "Where" -> where(node, operands);
      case "Pow" -> power(node, operands);
      case "Sqrt" -> root(operands);
      case "ReduceMean" -> mean(node, operands);
      case "Erf" -> error(Views.view(operands, 0));
      case "LayerNormalization" -> layerNorm(node, Views.view(operands, 0));
      case "Gelu" -> gelu(node, Views.view(operands, 0));
      case "Relu" -> views.each(node, Views.view(operands, 0), new Op.Relu());
      case "Tanh" -> views.each(node, Views.view(operands, 0), new Op.Tanh());
      default -> throw Views.refused();
    };
  }

  private Value subtract(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    @Nullable Double number = folding.number(node.input(0));
    if (operands.get(1) instanceof Mask mask
        && mask.stage() == Mask.Stage.THERE
        && number != null
        && number == 1) {
      return mask.as(Mask.Stage.MISSING);
    }
    View x = Views.view(operands, 0);
    if (operands.get(1) instanceof Normalizing n && n.step() == Step.MEAN && n.x().equals(x)) {
      return new Normalizing(Step.CENTERED, x, 0);
    }
    throw Views.refused();
  }

  private Value multiply(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    for (int i = 0; i < 2; i++) {
      @Nullable Value x = operands.get(i);
      @Nullable Value y = operands.get(1 - i);
      @Nullable Double number = folding.number(node.input(1 - i));
      @Nullable View view = Views.asView(x);
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
    throw Views.refused();
  }

  private static Value times(Value x, double factor) throws UnsupportedOperator {
    @Nullable View view = Views.asView(x);
    if (view != null) {
      return view.times(factor);
    } else if (x instanceof Scores scores && scores.mask() == null) {
      return new Scores(scores.queries(), scores.keys(), scores.scale() * factor, null);
    } else if (x instanceof Mask mask && mask.stage() == Mask.Stage.MISSING && factor <= Mask.FAR) {
      return mask.as(Mask.Stage.ADDED);
    }
    throw Views.refused();
  }

  /** Where a mask is 0. */
  private Value equal(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    @Nullable Double number = folding.number(node.input(1));
    if (operands.get(0) instanceof Mask mask
        && mask.stage() == Mask.Stage.THERE
        && number != null
        && number == 0) {
      return mask.as(Mask.Stage.MISSING);
    }
    throw Views.refused();
  }

  private Value where(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    @Nullable Double number = folding.number(node.input(1));
    if (operands.get(0) instanceof Mask mask
        && operands.get(2) instanceof Scores scores
        && number != null) {
      return attention.chosen(scores, mask, number);
    }
    boolean same =
        operands.get(0) instanceof Mask missing
            && missing.stage() == Mask.Stage.MISSING
            && missing.equals(operands.get(2));
    if (same && number != null && number <= Mask.FAR) {
      Mask missing = (Mask) Objects.requireNonNull(operands.get(0));
      return missing.as(Mask.Stage.ADDED);
    }
    throw Views.refused();
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
    throw Views.refused();
  }

  private Value power(OnnxNode node, List<@Nullable Value> operands) throws UnsupportedOperator {
    @Nullable Double number = folding.number(node.input(1));
    if (operands.get(0) instanceof Normalizing n
        && n.step() == Step.CENTERED
        && number != null
        && number == 2) {
      return new Normalizing(Step.SQUARES, n.x(), 0);
    }
    throw Views.refused();
  }

  private static Value root(List<@Nullable Value> operands) throws UnsupportedOperator {
    if (operands.get(0) instanceof Normalizing n && n.step() == Step.SHIFTED_VARIANCE) {
      return new Normalizing(Step.DEVIATION, n.x(), n.epsilon());
    }
    throw Views.refused();
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
      throw Views.refused();
    }
    View x = Views.view(operands, 0);
    int axis = x.axes().index(axes.get(0));
    if (axis == x.axes().rank() - 1 && x.isChannels(axis) && keeps) {
      return new Normalizing(Step.MEAN, x, 0);
    }
    if (x.isPositions(axis) && !x.positions().isEmpty()) {
      String mean = nodes.add(node, "", new Op.GlobalAveragePool(), List.of(views.value(node, x)));
      Axes rest = keeps ? x.axes().with(axis, List.of()) : x.axes().without(axis);
      return new View(new View.Given(mean), x.channels(), List.of(), rest, 1);
    }
    throw Views.refused();
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
      throw Views.refused();
    }
    return views.each(node, e.x(), new Op.Gelu(Op.Gelu.Form.EXACT)).times(2 * x.factor());
  }

  private View gelu(OnnxNode node, View x) throws UnsupportedOperator {
    boolean tanh = node.text("approximate", "none").equals("tanh");
    return views.each(node, x, new Op.Gelu(tanh ? Op.Gelu.Form.TANH : Op.Gelu.Form.EXACT));
  }

  private View layerNorm(OnnxNode node, View x) throws UnsupportedOperator {
    int axis = x.axes().index(node.number("axis", -1));
    @Nullable String weight = node.input(1);
    if (axis != x.axes().rank() - 1 || weight == null) {
      throw Views.refused();
    }
    return scaled(node, x, weight, node.real("epsilon", 1e-5f), node.input(2));
  }

  private View scaled(OnnxNode node, View x, String tensor, double epsilon, @Nullable String bias)
      throws UnsupportedOperator {
    boolean biasFits = bias == null || weights.isVector(bias, x.channels(), 0);
    if (!x.isChannelsLast() || !weights.isVector(tensor, x.channels(), 0) || !biasFits) {
      throw Views.refused();
    }
    Scaled source =
        new Scaled(nodes, weights, node, x.channels(), views.value(node, x), tensor, epsilon, bias);
    return new View(source, x.channels(), x.positions(), x.axes(), 1);
  }
}
