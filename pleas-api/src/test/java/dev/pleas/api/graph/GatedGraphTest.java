package dev.pleas.api.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.ShapeException;
import dev.pleas.api.tensor.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Operations of MobileNets and DenseNets: bounds, gates, products, and means of windows. */
class GatedGraphTest {
  private static final Shape IMAGE = Shape.of(6, 4, 5);
  private static final Op MEAN = new Op.GlobalAveragePool();

  private static Node node(String name, Op op, String... inputs) {
    return new Node(name, op, List.of(inputs));
  }

  private static Shape shape(Shape x, Node... nodes) {
    String last = nodes[nodes.length - 1].name();
    return new Graph("small", Map.of("x", x), List.of(nodes), Map.of("out", last), Map.of())
        .valueShape(last);
  }

  private static void assertRefused(String message, Shape x, Node... nodes) {
    assertThatThrownBy(() -> shape(x, nodes))
        .isInstanceOf(ShapeException.class)
        .hasMessage(message);
  }

  @Test
  void operationsOnElements_keepTheShape() {
    for (Op op : List.of(new Op.Sigmoid(), new Op.HardSigmoid(0.2, 0.5), new Op.Clip(0, 6))) {
      for (Shape x : List.of(Shape.of(6), IMAGE, Shape.of(0, 4))) {
        assertThat(shape(x, node("y", op, "x"))).isEqualTo(x);
      }
      assertRefused("y: expected one input, found 2", IMAGE, node("y", op, "x", "x"));
      assertThat(op.parameters()).isEmpty();
    }
  }

  @Test
  void product_ofEqualShapesOrWithAFactorPerChannel_hasTheFirstShape() {
    Op product = new Op.Product();
    for (Shape x : List.of(Shape.of(6), Shape.of(6, 4), IMAGE)) {
      assertThat(shape(x, node("y", product, "x", "x"))).isEqualTo(x);
    }
    Node mean = node("mean", MEAN, "x");
    assertThat(shape(IMAGE, mean, node("y", product, "x", "mean"))).isEqualTo(IMAGE);
    assertRefused(
        "y: expected a second input [6] or [6], found [6, 4, 5]",
        IMAGE,
        mean,
        node("y", product, "mean", "x"));
    Node flat = node("flat", new Op.Flatten(), "x");
    assertRefused(
        "y: expected a second input [6, 4, 5] or [6], found [6, 20]",
        IMAGE,
        flat,
        node("y", product, "x", "flat"));
    assertRefused("y: expected two inputs, found 1", IMAGE, node("y", product, "x"));
  }

  @Test
  void averagePool_slidesAsMaxPoolDoes() {
    for (Window window :
        List.of(
            Window.square(2, 2, 0), Window.square(3, 1, 1), new Window(4, 1, 1, 3, 2, 0, 1, 1))) {
      assertThat(shape(IMAGE, node("y", new Op.AveragePool2d(window), "x")))
          .isEqualTo(shape(IMAGE, node("y", new Op.MaxPool2d(window), "x")));
    }
    assertRefused(
        "y: expected an input [N, channels, height, width], found [6, 4]",
        Shape.of(6, 4),
        node("y", new Op.AveragePool2d(Window.square(2, 2, 0)), "x"));
    assertThatThrownBy(() -> new Op.AveragePool2d(new Window(2, 2, 1, 1, 0, 0, 1, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("average pooling has no dilation");
  }

  @Test
  void numbers_thatMakeNoSense_areRefused() {
    double infinity = Double.POSITIVE_INFINITY;
    assertThat(new Op.Clip(-infinity, infinity).high()).isEqualTo(infinity);
    assertThat(new Op.Clip(1, 1).low()).isEqualTo(1);
    for (double[] bounds : new double[][] {{1, 0}, {Double.NaN, 0}, {0, Double.NaN}}) {
      assertThatThrownBy(() -> new Op.Clip(bounds[0], bounds[1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("bounds " + bounds[0] + " and " + bounds[1]);
    }
    for (double[] line : new double[][] {{Double.NaN, 0}, {1, infinity}}) {
      assertThatThrownBy(() -> new Op.HardSigmoid(line[0], line[1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("slope " + line[0] + ", offset " + line[1]);
    }
  }
}
