package dev.pleas.api.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.ShapeException;
import dev.pleas.api.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GraphTest {
  private static final Shape IMAGE = Shape.of(3, 8, 6);
  private static final Op RELU = new Op.Relu();
  private static final Op POOL = new Op.GlobalAveragePool();

  private static Op conv(String weight, int kernel, int groups) {
    return new Op.Conv2d(weight, null, Window.square(kernel, 1, 0), groups);
  }

  private static Node node(String name, Op op, String... inputs) {
    return new Node(name, op, List.of(inputs));
  }

  private static Map<String, Shape> parameters(Object... namesAndShapes) {
    Map<String, Shape> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndShapes.length; i += 2) {
      map.put((String) namesAndShapes[i], (Shape) namesAndShapes[i + 1]);
    }
    return map;
  }

  private static Graph graph(Map<String, Shape> parameters, Node... nodes) {
    return new Graph(
        "small",
        Map.of("x", IMAGE),
        List.of(nodes),
        Map.of("out", nodes[nodes.length - 1].name()),
        parameters);
  }

  private static void assertRefused(String message, Map<String, Shape> parameters, Node... nodes) {
    assertThatThrownBy(() -> graph(parameters, nodes))
        .isInstanceOf(ShapeException.class)
        .hasMessage(message);
  }

  /** conv → bn → relu ─┬─ conv → add → pool → fc. */
  private static Graph residual() {
    return graph(
        parameters(
            "w1",
            Shape.of(4, 3, 1, 1),
            "scale",
            Shape.of(4),
            "shift",
            Shape.of(4),
            "mean",
            Shape.of(4),
            "var",
            Shape.of(4),
            "w2",
            Shape.of(4, 4, 1, 1),
            "w3",
            Shape.of(2, 4),
            "b3",
            Shape.of(2)),
        node("conv1", conv("w1", 1, 1), "x"),
        node("bn", new Op.BatchNorm("scale", "shift", "mean", "var", 1e-5), "conv1"),
        node("relu", RELU, "bn"),
        node("conv2", conv("w2", 1, 1), "relu"),
        node("add", new Op.Add(), "conv2", "relu"),
        node("pool", POOL, "add"),
        node("fc", new Op.Linear("w3", "b3"), "pool"));
  }

  @Test
  void shapes_followFromParameters() {
    Graph graph = residual();

    assertThat(graph.valueShape("x")).isEqualTo(IMAGE);
    assertThat(graph.valueShape("add")).isEqualTo(Shape.of(4, 8, 6));
    assertThat(graph.valueShape("pool")).isEqualTo(Shape.of(4));
    assertThat(graph.valueShape("fc")).isEqualTo(Shape.of(2));
    assertThat(graph.valueShapes()).hasSize(8);
    assertThat(graph.onlyInput()).isEqualTo("x");
    assertThat(graph.withInput(Shape.of(3, 5, 5)).valueShape("add")).isEqualTo(Shape.of(4, 5, 5));
  }

  @Test
  void shapes_ofStridedConvolutionAndPooling_areWindowPositions() {
    Graph graph =
        graph(
            parameters("w", Shape.of(6, 1, 3, 3), "b", Shape.of(6)),
            node("conv", new Op.Conv2d("w", "b", new Window(3, 3, 2, 1, 1, 1, 1, 1), 3), "x"),
            node("pool", new Op.MaxPool2d(Window.square(3, 2, 1)), "conv"));

    assertThat(graph.valueShape("conv")).isEqualTo(Shape.of(6, 4, 6));
    assertThat(graph.valueShape("pool")).isEqualTo(Shape.of(6, 2, 3));
  }

  @Test
  void new_badReferences_areNamed() {
    assertRefused(
        "relu: its input y is neither a graph input nor an earlier node",
        Map.of(),
        node("relu", RELU, "y"));
    assertRefused(
        "a: its input b is neither a graph input nor an earlier node",
        Map.of(),
        node("a", RELU, "b"),
        node("b", RELU, "x"));
    assertRefused("two values are named a", Map.of(), node("a", RELU, "x"), node("a", RELU, "x"));
    assertRefused("two values are named x", Map.of(), node("x", RELU, "x"));
    assertRefused(
        "parameter w is used by no node", parameters("w", Shape.of(1)), node("relu", RELU, "x"));
    assertRefused("conv: parameter w is missing", Map.of(), node("conv", conv("w", 1, 1), "x"));
    assertThatThrownBy(
            () ->
                new Graph(
                    "small",
                    Map.of("x", IMAGE),
                    List.of(node("relu", RELU, "x")),
                    Map.of("logits", "fc"),
                    Map.of()))
        .isInstanceOf(ShapeException.class)
        .hasMessage("output logits is fc, which no node makes");
  }

  @Test
  void new_wrongNumberOfInputs_isNamed() {
    assertRefused("relu: expected one input, found 2", Map.of(), node("relu", RELU, "x", "x"));
    assertRefused("add: expected two inputs, found 1", Map.of(), node("add", new Op.Add(), "x"));
    assertRefused("relu: expected one input, found 0", Map.of(), node("relu", RELU));
  }

  @Test
  void new_convolutionThatDoesNotFit_saysExpectedAndFound() {
    assertRefused(
        "w: expected [4, 3, 3, 3], found [4, 2, 3, 3] (at conv)",
        parameters("w", Shape.of(4, 2, 3, 3)),
        node("conv", conv("w", 3, 1), "x"));
    assertRefused(
        "w: expected [4, 3, 3, 3], found [4, 3, 1, 1] (at conv)",
        parameters("w", Shape.of(4, 3, 1, 1)),
        node("conv", conv("w", 3, 1), "x"));
    assertRefused(
        "b: expected [4], found [5] (at conv)",
        parameters("w", Shape.of(4, 3, 1, 1), "b", Shape.of(5)),
        node("conv", new Op.Conv2d("w", "b", Window.square(1, 1, 0), 1), "x"));
    assertRefused(
        "conv: groups must divide the channels, found 2 groups, input [3, 8, 6], w [4, 3, 1, 1]",
        parameters("w", Shape.of(4, 3, 1, 1)),
        node("conv", conv("w", 1, 2), "x"));
    assertRefused(
        "conv: groups must divide the channels, found 0 groups, input [3, 8, 6], w [4, 3, 1, 1]",
        parameters("w", Shape.of(4, 3, 1, 1)),
        node("conv", conv("w", 1, 0), "x"));
    assertRefused(
        "conv: the window does not fit into the input, found [3, 8, 6], Window[kernelHeight=7,"
            + " kernelWidth=7, strideHeight=1, strideWidth=1, padHeight=0, padWidth=0,"
            + " dilationHeight=1, dilationWidth=1]",
        parameters("w", Shape.of(4, 3, 7, 7)),
        node("conv", conv("w", 7, 1), "x"));
  }

  @Test
  void new_convolutionOfAFlatWeight_saysExpectedAndFound() {
    assertRefused(
        "conv: groups must divide the channels, found 1 groups, input [3, 8, 6], w [4, 3]",
        parameters("w", Shape.of(4, 3)),
        node("conv", conv("w", 1, 1), "x"));
  }

  @Test
  void new_operationsOnFlatOrImageInputsOfTheOtherKind_areRefused() {
    String image = "expected an input [N, channels, height, width], found [3]";
    Node flat = node("pool", POOL, "x");
    assertRefused(
        "again: expected an input with channels and positions, found [3]",
        Map.of(),
        flat,
        node("again", POOL, "pool"));
    assertRefused(
        "conv: " + image,
        parameters("w", Shape.of(4, 3, 1, 1)),
        flat,
        node("conv", conv("w", 1, 1), "pool"));
    assertRefused(
        "max: " + image,
        Map.of(),
        flat,
        node("max", new Op.MaxPool2d(Window.square(2, 2, 0)), "pool"));
  }

  @Test
  void new_linearNormAndAddThatDoNotFit_sayExpectedAndFound() {
    Node flat = node("pool", POOL, "x");
    assertRefused(
        "w: expected [*, 3], found [2, 4] (at fc)",
        parameters("w", Shape.of(2, 4)),
        flat,
        node("fc", new Op.Linear("w", null), "pool"));
    assertRefused(
        "b: expected [2], found [3] (at fc)",
        parameters("w", Shape.of(2, 3), "b", Shape.of(3)),
        flat,
        node("fc", new Op.Linear("w", "b"), "pool"));
    assertRefused(
        "var: expected [3], found [4] (at bn)",
        parameters("v", Shape.of(3), "var", Shape.of(4)),
        node("bn", new Op.BatchNorm("v", "v", "v", "var", 1e-5), "x"));
    assertRefused(
        "add: inputs of different shapes, found [[3], [3, 8, 6]]",
        Map.of(),
        flat,
        node("add", new Op.Add(), "pool", "x"));
  }

  @Test
  void between_takesOnlyWhatIsNeeded() {
    Graph part = residual().between(List.of("relu"), List.of("add"));

    assertThat(part.inputs()).containsExactly(Map.entry("relu", Shape.of(4, 8, 6)));
    assertThat(part.nodes()).extracting(Node::name).containsExactly("conv2", "add");
    assertThat(part.outputs()).containsExactly(Map.entry("add", "add"));
    assertThat(part.parameters()).containsOnlyKeys("w2");
  }

  @Test
  void between_wantedAmongGiven_needsNoNodes() {
    Graph part = residual().between(List.of("relu", "conv2"), List.of("relu", "add"));

    assertThat(part.nodes()).extracting(Node::name).containsExactly("add");
    assertThat(part.outputs()).containsOnlyKeys("relu", "add");
  }

  @Test
  void between_inputsAndOutputs_isTheWhole() {
    Graph graph = residual();
    Graph whole = graph.between(graph.inputs().keySet(), graph.outputs().values());

    assertThat(whole.nodes()).isEqualTo(graph.nodes());
    assertThat(whole.parameters()).isEqualTo(graph.parameters());
  }

  @Test
  void between_notEnoughGiven_namesTheMissingInput() {
    // The sum needs the rectified values besides the convolved ones.
    assertThatThrownBy(() -> residual().between(List.of("conv2"), List.of("add")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("[add] cannot be computed from [conv2] alone: input x is missing");
    assertThatThrownBy(() -> residual().between(List.of("x"), List.of("softmax")))
        .isInstanceOf(ShapeException.class)
        .hasMessage("output softmax is softmax, which no node makes");
  }

  @Test
  void lookUps_ofUnknownNames_listWhatThereIs() {
    assertThatThrownBy(() -> residual().valueShape("softmax"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no value softmax; there are [x, conv1, bn, relu, conv2, add, pool, fc]");
    assertThatThrownBy(() -> residual().parameterShape("w9"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("no parameter w9; there are [w1, scale,");
  }
}
