package dev.pleas.models.onnx;

import dev.pleas.api.graph.Op;
import dev.pleas.models.onnx.Activation.Part;
import dev.pleas.models.onnx.OnnxNetwork.OnnxNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values of the graph as views, and views as values of the graph. */
final class Views {
  private final Nodes nodes;

  Views(Nodes nodes) {
    this.nodes = nodes;
  }

  /** Whether a view is [N, C]. */
  static boolean isVectors(View view) {
    return view.count() == 1 && view.axes().equals(Axes.channelsFirst(view.channels(), List.of()));
  }

  static UnsupportedOperator refused() {
    return new UnsupportedOperator(
        "is applied to values that it is not applied to in networks of a known kind");
  }

  static View view(List<@Nullable Value> operands, int index) throws UnsupportedOperator {
    @Nullable View view = asView(index < operands.size() ? operands.get(index) : null);
    if (view == null) {
      throw refused();
    }
    return view;
  }

  static @Nullable View asView(@Nullable Value value) {
    if (value instanceof Activation dense && dense.parts().size() == 1) {
      Part part = dense.parts().get(0);
      View view = View.of(part.value(), part.channels(), dense.positions());
      return dense.pooled() ? view.with(view.axes().withNew(2).withNew(3)) : view;
    }
    return value instanceof View view ? view : null;
  }

  /** Returns the graph's value of a view, with its factor. */
  String value(OnnxNode node, View x) throws UnsupportedOperator {
    return scaled(x, (op, value) -> nodes.add(node, ".scaled", op, value));
  }

  /** Adds a node to the graph. */
  private interface Adding {
    String add(Op op, List<String> inputs) throws UnsupportedOperator;
  }

  private static String scaled(View x, Adding adding) throws UnsupportedOperator {
    String value = x.source().value();
    return x.factor() == 1 ? value : adding.add(new Op.Multiply(x.factor()), List.of(value));
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
    return scaled(view, (op, value) -> nodes.add(name, op, value));
  }

  View each(OnnxNode node, View x, Op op) throws UnsupportedOperator {
    String y = nodes.add(node, "", op, List.of(value(node, x)));
    return new View(new View.Given(y), x.channels(), x.positions(), x.axes(), 1);
  }
}
