package dev.pleas.api.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.ShapeException;
import dev.pleas.api.tensor.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The shapes of the operations of transformers: channels are axis 1, positions follow. */
class TransformerGraphTest {
  private static final Shape IMAGE = Shape.of(6, 2, 5);
  private static final Shape TOKENS = Shape.of(6, 4);

  private static Node node(String name, Op op, String... inputs) {
    return new Node(name, op, List.of(inputs));
  }

  private static Graph graph(Shape x, Map<String, Shape> parameters, Node... nodes) {
    String last = nodes[nodes.length - 1].name();
    return new Graph("small", Map.of("x", x), List.of(nodes), Map.of("out", last), parameters);
  }

  private static void assertShape(Shape x, Op op, Map<String, Shape> parameters, Shape expected) {
    assertThat(graph(x, parameters, node("y", op, "x")).valueShape("y")).isEqualTo(expected);
  }

  private static void assertRefused(
      String message, Shape x, Op op, Map<String, Shape> parameters, String... inputs) {
    assertThatThrownBy(() -> graph(x, parameters, node("y", op, inputs)))
        .isInstanceOf(ShapeException.class)
        .hasMessage(message);
  }

  private static void assertRefused(String message, Shape x, Op op, Map<String, Shape> parameters) {
    assertRefused(message, x, op, parameters, "x");
  }

  @Test
  void linear_anyPositions_mapsChannels() {
    Op linear = new Op.Linear("w", "b");
    for (Shape x : List.of(Shape.of(6), TOKENS, IMAGE)) {
      Map<String, Shape> parameters = Map.of("w", Shape.of(3, 6), "b", Shape.of(3));
      assertShape(x, linear, parameters, x.with(0, 3));
    }
    assertRefused(
        "w: expected [*, 6], found [6, 4] (at y)",
        TOKENS,
        new Op.Linear("w", null),
        Map.of("w", Shape.of(6, 4)));
  }

  @Test
  void layerNormScaleAndGelu_keepTheShape() {
    for (Shape x : List.of(Shape.of(6), TOKENS, IMAGE)) {
      Map<String, Shape> w = Map.of("w", Shape.of(6));
      assertShape(x, new Op.LayerNorm("w", null, 1e-5), w, x);
      assertShape(
          x, new Op.LayerNorm("w", "b", 1e-5), Map.of("w", Shape.of(6), "b", Shape.of(6)), x);
      assertShape(x, new Op.Scale("w"), w, x);
      assertShape(x, new Op.Gelu(Op.Gelu.Form.EXACT), Map.of(), x);
    }
    Map<String, Shape> four = Map.of("w", Shape.of(4));
    String message = "w: expected [6], found [4] (at y)";
    assertRefused(message, TOKENS, new Op.LayerNorm("w", null, 1e-5), four);
    assertRefused(message, TOKENS, new Op.Scale("w"), four);
    assertRefused(
        "b: expected [6], found [6, 1] (at y)",
        TOKENS,
        new Op.LayerNorm("w", "b", 1e-5),
        Map.of("w", Shape.of(6), "b", Shape.of(6, 1)));
    assertRefused(
        "y: expected at least one channel, found [0, 4]",
        Shape.of(0, 4),
        new Op.LayerNorm("w", null, 1e-5),
        Map.of("w", Shape.of(0)));
  }

  @Test
  void tanhAndMultiply_keepTheShape() {
    for (Shape x : List.of(Shape.of(6), TOKENS, IMAGE, Shape.of(0, 4))) {
      assertShape(x, new Op.Tanh(), Map.of(), x);
      assertShape(x, new Op.Multiply(-0.5), Map.of(), x);
    }
    assertRefused("y: expected one input, found 2", TOKENS, new Op.Tanh(), Map.of(), "x", "x");
    assertRefused(
        "y: expected one input, found 3", TOKENS, new Op.Multiply(2), Map.of(), "x", "x", "x");
  }

  @Test
  void multiply_byNoNumber_isRefused() {
    for (double factor : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> new Op.Multiply(factor))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("factor " + factor);
    }
  }

  @Test
  void withInput_ofAnotherSize_isRefusedWhereThereIsAPositionEmbedding() {
    Graph graph =
        graph(
            IMAGE,
            Map.of("position", Shape.of(6, 10)),
            node("tokens", new Op.Flatten(), "x"),
            node("added", new Op.AddParameter("position"), "tokens"));

    assertThat(graph.withInput(IMAGE).valueShapes()).isEqualTo(graph.valueShapes());
    // As many tokens, but at other places.
    for (Shape other : List.of(Shape.of(6, 5, 2), Shape.of(6, 4, 5), Shape.of(6, 10))) {
      assertThatThrownBy(() -> graph.withInput(other))
          .isInstanceOf(ShapeException.class)
          .hasMessage(
              "position: the position embedding is for inputs [6, 2, 5], found "
                  + other
                  + "; scale or crop the images to that size");
    }
    Graph without = graph(IMAGE, Map.of(), node("tokens", new Op.Flatten(), "x"));
    assertThat(without.withInput(Shape.of(6, 3, 5)).valueShape("tokens"))
        .isEqualTo(Shape.of(6, 15));
  }

  @Test
  void globalAveragePoolAndFlatten_countAllPositions() {
    assertShape(TOKENS, new Op.GlobalAveragePool(), Map.of(), Shape.of(6));
    assertShape(IMAGE, new Op.GlobalAveragePool(), Map.of(), Shape.of(6));
    assertShape(TOKENS, new Op.Flatten(), Map.of(), TOKENS);
    assertShape(IMAGE, new Op.Flatten(), Map.of(), Shape.of(6, 10));
    assertShape(Shape.of(6, 2, 3, 4), new Op.Flatten(), Map.of(), Shape.of(6, 24));
    for (Op op : List.of(new Op.GlobalAveragePool(), new Op.Flatten())) {
      assertRefused(
          "y: expected an input with channels and positions, found [6]", Shape.of(6), op, Map.of());
    }
  }

  @Test
  void prepend_positions_comeOnTop() {
    Op prepend = new Op.Prepend("w");
    assertShape(TOKENS, prepend, Map.of("w", Shape.of(6, 1)), Shape.of(6, 5));
    assertShape(TOKENS, prepend, Map.of("w", Shape.of(6, 3)), Shape.of(6, 7));
    for (Shape wrong : List.of(Shape.of(4, 1), Shape.of(6), Shape.of(6, 1, 1))) {
      assertRefused(
          "w: expected [6, *], found " + wrong + " (at y)", TOKENS, prepend, Map.of("w", wrong));
    }
    assertRefused(
        "y: expected an input [N, channels, positions], found [6, 2, 5]",
        IMAGE,
        prepend,
        Map.of("w", Shape.of(6, 1)));
  }

  @Test
  void addParameter_ofTheInputsShape_keepsIt() {
    for (Shape x : List.of(Shape.of(6), TOKENS, IMAGE)) {
      assertShape(x, new Op.AddParameter("w"), Map.of("w", x), x);
    }
    for (Shape wrong : List.of(Shape.of(6, 3), Shape.of(5, 4), Shape.of(6, 4, 1))) {
      assertRefused(
          "w: expected [6, 4], found " + wrong + " (at y)",
          TOKENS,
          new Op.AddParameter("w"),
          Map.of("w", wrong));
    }
    assertRefused(
        "w: expected [6, 2, 5], found [6, 2, 6] (at y)",
        IMAGE,
        new Op.AddParameter("w"),
        Map.of("w", Shape.of(6, 2, 6)));
  }

  @Test
  void slicePositions_within_countsThem() {
    assertShape(TOKENS, new Op.SlicePositions(0, 1), Map.of(), Shape.of(6, 1));
    assertShape(TOKENS, new Op.SlicePositions(1, 4), Map.of(), Shape.of(6, 3));
    for (int[] range : new int[][] {{-1, 2}, {2, 2}, {3, 1}, {0, 5}}) {
      assertRefused(
          "y: positions " + range[0] + " to " + range[1] + " are not there, found [6, 4]",
          TOKENS,
          new Op.SlicePositions(range[0], range[1]),
          Map.of());
    }
    assertRefused(
        "y: expected an input [N, channels, positions], found [6, 2, 5]",
        IMAGE,
        new Op.SlicePositions(0, 1),
        Map.of());
  }

  /** Queries are x, [6, 4]; keys [6, 5]; values as many channels as {@code w} has rows. */
  private static Graph attention(int heads, Shape w) {
    return graph(
        TOKENS,
        Map.of("class", Shape.of(6, 1), "w", w),
        node("keys", new Op.Prepend("class"), "x"),
        node("values", new Op.Linear("w", null), "keys"),
        node("y", new Op.Attention(heads, 0.5), "x", "keys", "values"));
  }

  @Test
  void attention_keysAndValuesOfOtherSizes_hasTheQueriesPositions() {
    assertThat(attention(3, Shape.of(9, 6)).valueShape("y")).isEqualTo(Shape.of(9, 4));
    assertThat(attention(1, Shape.of(0, 6)).valueShape("y")).isEqualTo(Shape.of(0, 4));
    Graph self = graph(TOKENS, Map.of(), node("y", new Op.Attention(2, 1), "x", "x", "x"));
    assertThat(self.valueShape("y")).isEqualTo(TOKENS);
  }

  @Test
  void attention_headsThatDoNotDivide_areRefused() {
    for (int heads : new int[] {0, 2, 4}) {
      assertThatThrownBy(() -> attention(heads, Shape.of(9, 6)))
          .isInstanceOf(ShapeException.class)
          .hasMessage(
              "y: " + heads + " heads must divide the channels, found [[6, 4], [6, 5], [9, 5]]");
    }
  }

  @Test
  void attention_inputsThatDoNotFit_areRefused() {
    Op op = new Op.Attention(1, 1);
    assertRefused("y: expected three inputs, or four with a mask, found 1", TOKENS, op, Map.of());
    assertRefused(
        "y: expected three inputs, or four with a mask, found 2", TOKENS, op, Map.of(), "x", "x");
    String expected =
        "y: expected queries [N, C, T], keys [N, C, S] and values [N, E, S] with S > 0";
    assertRefused(
        expected + ", found [[6, 2, 5], [6, 2, 5], [6, 2, 5]]", IMAGE, op, Map.of(), "x", "x", "x");
    assertRefused(
        expected + ", found [[6, 0], [6, 0], [6, 0]]", Shape.of(6, 0), op, Map.of(), "x", "x", "x");
    Node slice = node("slice", new Op.SlicePositions(0, 3), "x");
    Node narrow = node("narrow", new Op.Linear("w", null), "x");
    assertThatThrownBy(() -> graph(TOKENS, Map.of(), slice, node("y", op, "x", "x", "slice")))
        .isInstanceOf(ShapeException.class)
        .hasMessage(expected + ", found [[6, 4], [6, 4], [6, 3]]");
    assertThatThrownBy(
            () ->
                graph(
                    TOKENS, Map.of("w", Shape.of(3, 6)), narrow, node("y", op, "x", "narrow", "x")))
        .isInstanceOf(ShapeException.class)
        .hasMessage(expected + ", found [[6, 4], [3, 4], [6, 4]]");
  }

  @Test
  void parameters_areInTheOrderOfTheComponents() {
    assertThat(new Op.LayerNorm("w", "b", 1).parameters()).containsExactly("w", "b");
    assertThat(new Op.LayerNorm("w", null, 1).parameters()).containsExactly("w");
    assertThat(new Op.Scale("w").parameters()).containsExactly("w");
    assertThat(new Op.Prepend("w").parameters()).containsExactly("w");
    assertThat(new Op.AddParameter("w").parameters()).containsExactly("w");
    assertThat(new Op.Attention(1, 1).parameters()).isEmpty();
    assertThat(new Op.Gelu(Op.Gelu.Form.TANH).parameters()).isEmpty();
    assertThat(new Op.Tanh().parameters()).isEmpty();
    assertThat(new Op.Multiply(2).parameters()).isEmpty();
  }
}
