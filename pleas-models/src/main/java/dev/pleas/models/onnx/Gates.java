package dev.pleas.models.onnx;

import dev.pleas.api.graph.Op;
import dev.pleas.models.onnx.Activation.Part;
import dev.pleas.models.onnx.Deferred.Line;
import dev.pleas.models.onnx.OnnxNetwork.OnnxNode;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Operators on elements that gates are made of: bounds, sigmoids, products, and arithmetic with
 * numbers.
 */
final class Gates {
  private final Translator graph;
  private final Images images;
  private final Weights weights;
  private final Folding folding;

  Gates(Translator graph, Images images, Weights weights, Folding folding) {
    this.graph = graph;
    this.images = images;
    this.weights = weights;
    this.folding = folding;
  }

  /** Bounds are attributes in older operator sets, inputs in newer. */
  Activation clip(OnnxNode node, Activation x) throws UnsupportedOperator {
    double low = bound(node, 1, "min", Double.NEGATIVE_INFINITY);
    double high = bound(node, 2, "max", Double.POSITIVE_INFINITY);
    if (!(low <= high)) {
      throw new UnsupportedOperator("has the bounds " + low + " and " + high);
    }
    if (graph.deferred(x) instanceof Line line
        && (line.rectified() ? low <= 0 : low == 0)
        && high > 0
        && Double.isFinite(high)) {
      return graph.each(x, (i, part) -> gate(node, x, i, part, high));
    }
    return graph.each(node, x, new Op.Clip(low, high));
  }

  /** min(max(slope · x + offset, 0), high), as a multiple of a hard sigmoid. */
  private String gate(OnnxNode node, Activation x, int i, Part part, double high)
      throws UnsupportedOperator {
    Line line = (Line) Objects.requireNonNull(graph.deferred(part));
    String suffix = Translator.suffix(x, i);
    Op gate = new Op.HardSigmoid(line.slope() / high, line.offset() / high);
    String bounded = graph.add(node, suffix, gate, List.of(line.value()));
    return high == 1
        ? bounded
        : graph.add(node, suffix + ".scaled", new Op.Multiply(high), List.of(bounded));
  }

  /** The lower bound of a gate, or an operation of its own. */
  Activation relu(OnnxNode node, Activation x) throws UnsupportedOperator {
    return graph.deferred(x) instanceof Line
        ? graph.each(
            x,
            (i, part) ->
                graph.defer(((Line) Objects.requireNonNull(graph.deferred(part))).rectify()))
        : graph.each(node, x, new Op.Relu());
  }

  private double bound(OnnxNode node, int input, String attribute, double otherwise)
      throws UnsupportedOperator {
    @Nullable String name = node.input(input);
    @Nullable Double number = folding.number(name);
    if (name != null && number == null) {
      throw new UnsupportedOperator("has a bound that is computed");
    }
    return number == null ? node.real(attribute, otherwise) : number;
  }

  Activation hardSigmoid(OnnxNode node, Activation x) throws UnsupportedOperator {
    Op gate = new Op.HardSigmoid(node.real("alpha", 0.2f), node.real("beta", 0.5));
    return graph.each(node, x, gate);
  }

  Activation hardSwish(OnnxNode node, Activation x) throws UnsupportedOperator {
    return graph.each(
        x,
        (i, part) -> {
          String suffix = Translator.suffix(x, i);
          Op op = new Op.HardSigmoid(1 / 6.0, 0.5);
          String gate = graph.add(node, suffix + ".gate", op, List.of(part.value()));
          return graph.add(node, suffix, new Op.Product(), List.of(part.value(), gate));
        });
  }

  /** The product of two values, of which one may have a single position that counts for all. */
  Activation multiply(OnnxNode node, Activation a, Activation b) throws UnsupportedOperator {
    boolean swap = a.isPooled() && !b.isPooled();
    Activation x = swap ? b : a;
    Activation given = swap ? a : b;
    boolean same = x.positions().equals(given.positions()) && x.pooled() == given.pooled();
    if (!x.split().equals(given.split()) || !(same || (given.isPooled() && isImage(x)))) {
      throw new UnsupportedOperator("is applied to values of different shapes");
    }
    Activation factors =
        same || given.positions().isEmpty() ? given : images.globalPool(node, given, true);
    return graph.each(
        x,
        (i, part) -> {
          List<String> both = List.of(part.value(), factors.parts().get(i).value());
          return graph.add(node, Translator.suffix(x, i), new Op.Product(), both);
        });
  }

  private static boolean isImage(Activation x) {
    return x.positions().size() == 2;
  }

  /** Arithmetic with a constant: a number, or a factor for each channel. */
  Activation constant(OnnxNode node, Activation x) throws UnsupportedOperator {
    boolean first = weights.shape(node.input(0)) == null;
    @Nullable String name = node.input(first ? 1 : 0);
    if (name == null) {
      throw new UnsupportedOperator("lacks an operand");
    }
    @Nullable Double number = folding.number(name);
    String operator = node.operator();
    if (!first && (operator.equals("Div") || operator.equals("Sub"))) {
      throw new UnsupportedOperator("has its constant as the first operand");
    }
    if (number == null) {
      return scale(node, x, name);
    }
    return switch (operator) {
      case "Add" -> line(x, 1, number);
      case "Sub" -> line(x, 1, -number);
      case "Mul" -> factor(node, x, number);
      default -> factor(node, x, 1 / number);
    };
  }

  private Activation factor(OnnxNode node, Activation x, double factor) throws UnsupportedOperator {
    if (!Double.isFinite(factor)) {
      throw new UnsupportedOperator("has the factor " + factor);
    }
    return graph.deferred(x) instanceof Line
        ? line(x, factor, 0)
        : graph.each(node, x, new Op.Multiply(factor));
  }

  private Activation line(Activation x, double slope, double offset) throws UnsupportedOperator {
    return graph.each(
        x,
        (i, part) -> {
          Line before =
              graph.deferred(part) instanceof Line line
                  ? line
                  : new Line(part.value(), 1, 0, false);
          return graph.defer(before.then(slope, offset));
        });
  }

  private Activation scale(OnnxNode node, Activation x, String tensor) throws UnsupportedOperator {
    boolean vector = weights.isVector(tensor, x.channels(), x.onnxShape().size() - 2);
    if (!node.operator().equals("Mul") || !vector || x.parts().size() > 1) {
      throw new UnsupportedOperator("has a constant that is neither a number nor one per channel");
    }
    return graph.each(node, x, new Op.Scale(weights.vector(tensor, x.channels())));
  }
}
