package dev.pleas.cpu.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whole graphs against an evaluation node by node with the naive definitions. */
public abstract class GraphTests extends BackendTest {
  private static final Window SAME = Window.square(3, 1, 1);

  /**
   * A residual network of odd widths: a strided stem with bias, a block whose shortcut is a
   * projection, a pooling, a head.
   */
  private static final List<Node> NODES =
      List.of(
          node("stem", new Op.Conv2d("stem.w", "stem.b", Window.square(3, 2, 1), 1), "image"),
          node("stem.bn", norm("stem"), "stem"),
          node("stem.relu", new Op.Relu(), "stem.bn"),
          node("pool", new Op.MaxPool2d(Window.square(3, 1, 1)), "stem.relu"),
          node("one", new Op.Conv2d("one.w", null, SAME, 1), "pool"),
          node("one.bn", norm("one"), "one"),
          node("one.relu", new Op.Relu(), "one.bn"),
          node("two", new Op.Conv2d("two.w", null, SAME, 1), "one.relu"),
          node("two.bn", norm("two"), "two"),
          node("short", new Op.Conv2d("short.w", null, Window.square(1, 1, 0), 1), "pool"),
          node("short.bn", norm("short"), "short"),
          node("sum", new Op.Add(), "two.bn", "short.bn"),
          node("relu", new Op.Relu(), "sum"),
          node("mean", new Op.GlobalAveragePool(), "relu"),
          node("fc", new Op.Linear("fc.w", "fc.b"), "mean"));

  private static final Map<String, Shape> PARAMETERS = parameters();

  private static Node node(String name, Op op, String... inputs) {
    return new Node(name, op, List.of(inputs));
  }

  private static Op norm(String of) {
    return new Op.BatchNorm(of + ".g", of + ".h", of + ".m", of + ".v", 1e-5);
  }

  private static Map<String, Shape> parameters() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put("stem.w", Shape.of(5, 3, 3, 3));
    shapes.put("stem.b", Shape.of(5));
    shapes.put("one.w", Shape.of(9, 5, 3, 3));
    shapes.put("two.w", Shape.of(11, 9, 3, 3));
    shapes.put("short.w", Shape.of(11, 5, 1, 1));
    shapes.put("fc.w", Shape.of(4, 11));
    shapes.put("fc.b", Shape.of(4));
    Map.of("stem", 5, "one", 9, "two", 11, "short", 11)
        .forEach(
            (name, width) -> {
              for (String p : List.of(".g", ".h", ".m", ".v")) {
                shapes.put(name + p, Shape.of(width));
              }
            });
    return shapes;
  }

  private static Graph graph(Map<String, String> outputs) {
    return new Graph("tiny", Map.of("image", Shape.of(3, 9, 8)), NODES, outputs, PARAMETERS);
  }

  private Map<String, HostTensor> values() {
    Map<String, HostTensor> values = new HashMap<>();
    PARAMETERS.forEach(
        (name, shape) -> {
          HostTensor value = random(shape.dims());
          if (name.endsWith(".v")) {
            for (int i = 0; i < value.values().length; i++) {
              value.values()[i] = Math.abs(value.values()[i]) + 0.5f;
            }
          }
          values.put(name, value);
        });
    return values;
  }

  /** Every value of the network, by name. */
  private static Map<String, HostTensor> evaluate(HostTensor image, Map<String, HostTensor> p) {
    Map<String, HostTensor> values = new HashMap<>(Map.of("image", image));
    for (Node node : NODES) {
      HostTensor x = values.get(node.inputs().get(0));
      values.put(node.name(), evaluate(node, x, values, p));
    }
    return values;
  }

  private static HostTensor evaluate(
      Node node, HostTensor x, Map<String, HostTensor> values, Map<String, HostTensor> p) {
    if (node.op() instanceof Op.Conv2d c) {
      HostTensor bias = c.bias() == null ? null : p.get(c.bias());
      return round(Naive.conv2d(x, p.get(c.weight()), bias, c.window(), c.groups()));
    } else if (node.op() instanceof Op.BatchNorm b) {
      return round(
          Naive.batchNorm(
              x,
              p.get(b.weight()),
              p.get(b.bias()),
              p.get(b.runningMean()),
              p.get(b.runningVar()),
              b.epsilon()));
    } else if (node.op() instanceof Op.MaxPool2d m) {
      return round(Naive.maxPool2d(x, m.window()));
    } else if (node.op() instanceof Op.Linear l) {
      return round(Naive.linear(x, p.get(l.weight()), p.get(l.bias())));
    } else if (node.op() instanceof Op.GlobalAveragePool) {
      int positions = (int) x.shape().elementsFrom(2);
      float[] means = new float[x.values().length / positions];
      for (int i = 0; i < x.values().length; i++) {
        means[i / positions] += x.values()[i] / positions;
      }
      return HostTensor.wrap(Shape.of(x.shape().dim(0), x.shape().dim(1)), means);
    }
    float[] y = x.values().clone();
    for (int i = 0; i < y.length; i++) {
      y[i] =
          node.op() instanceof Op.Relu
              ? Math.max(y[i], 0)
              : y[i] + values.get(node.inputs().get(1)).values()[i];
    }
    return HostTensor.wrap(x.shape(), y);
  }

  private static HostTensor round(Naive.Expected expected) {
    float[] values = new float[expected.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) expected.values()[i];
    }
    return HostTensor.wrap(expected.shape(), values);
  }

  /**
   * Five layers of float32 sums of at most 82 terms of size near 10: a thousandth of a percent of
   * the largest value is a hundred times what rounding gives.
   */
  private static void assertSame(Tensor found, HostTensor expected) {
    assertThat(found.shape()).isEqualTo(expected.shape());
    double largest = 0;
    for (float v : expected.values()) {
      largest = Math.max(largest, Math.abs(v));
    }
    float[] values = values(found);
    for (int i = 0; i < values.length; i++) {
      assertThat((double) values[i])
          .as("element %d of %s", i, expected.shape())
          .isCloseTo(expected.values()[i], within(1e-5 * largest));
    }
  }

  @Test
  void run_residualNetwork_asEvaluatedNodeByNode() {
    Map<String, HostTensor> values = values();
    try (CompiledGraph compiled = backend.compile(graph(Map.of("logits", "fc")), values)) {
      for (int samples : new int[] {1, 3, 0, 5}) {
        HostTensor image = random(samples, 3, 9, 8);
        Map<String, Tensor> y = compiled.run(scope, Map.of("image", scope.tensor(image)));
        assertSame(y.get("logits"), evaluate(image, values).get("fc"));
      }
    }
  }

  @Test
  void run_everyValueAnOutput_asEvaluatedNodeByNode() {
    Map<String, String> outputs = new LinkedHashMap<>();
    NODES.forEach(node -> outputs.put(node.name(), node.name()));
    Map<String, HostTensor> values = values();
    HostTensor image = random(2, 3, 9, 8);
    Map<String, HostTensor> expected = evaluate(image, values);
    try (CompiledGraph compiled = backend.compile(graph(outputs), values)) {
      Map<String, Tensor> y = compiled.run(scope, Map.of("image", scope.tensor(image)));
      assertThat(y.keySet()).containsExactlyElementsOf(outputs.keySet());
      y.forEach((name, tensor) -> assertSame(tensor, expected.get(name)));
    }
  }

  @Test
  void run_oneConvolutionTapped_othersFoldedAllTheSame() {
    Map<String, String> outputs = new LinkedHashMap<>();
    outputs.put("logits", "fc");
    outputs.put("tap", "two");
    Map<String, HostTensor> values = values();
    HostTensor image = random(2, 3, 9, 8);
    Map<String, HostTensor> expected = evaluate(image, values);
    try (CompiledGraph compiled = backend.compile(graph(outputs), values)) {
      Map<String, Tensor> y = compiled.run(scope, Map.of("image", scope.tensor(image)));
      assertSame(y.get("logits"), expected.get("fc"));
      assertSame(y.get("tap"), expected.get("two"));
    }
  }

  @Test
  void run_inputAsOutputAndOneValueTwice_areTensorsOfTheirOwn() {
    Map<String, String> outputs = new LinkedHashMap<>();
    outputs.put("in", "image");
    outputs.put("first", "fc");
    outputs.put("second", "fc");
    try (CompiledGraph compiled = backend.compile(graph(outputs), values())) {
      Tensor image = scope.tensor(random(2, 3, 9, 8));
      Map<String, Tensor> y = compiled.run(scope, Map.of("image", image));
      y.get("first").close();
      float[] pixels = values(image);
      image.close();
      assertThat(values(y.get("in"))).isEqualTo(pixels);
      assertThat(values(y.get("second"))).hasSize(8);
    }
  }

  @Test
  void run_again_sameBitsAndSameMemory() {
    Map<String, HostTensor> values = values();
    try (CompiledGraph compiled = backend.compile(graph(Map.of("logits", "fc")), values)) {
      Tensor image = scope.tensor(random(7, 3, 9, 8));
      float[] first = values(compiled.run(scope, Map.of("image", image)).get("logits"));
      long memory = 0;
      for (int run = 0; run < 4; run++) {
        Tensor logits = compiled.run(scope, Map.of("image", image)).get("logits");
        assertThat(values(logits)).isEqualTo(first);
        logits.close();
        memory = run == 0 ? backend.memoryBytes() : memory;
        assertThat(backend.memoryBytes()).isEqualTo(memory);
      }
    }
  }

  @Test
  void compile_parameterMissingOrMisshapen_refused() {
    Map<String, HostTensor> values = values();
    values.remove("one.w");
    assertThatThrownBy(() -> backend.compile(graph(Map.of("logits", "fc")), values))
        .isInstanceOf(ShapeException.class)
        .hasMessage("one.w: expected [9, 5, 3, 3], found no such parameter");
    values.put("one.w", random(9, 5, 3, 2));
    assertThatThrownBy(() -> backend.compile(graph(Map.of("logits", "fc")), values))
        .isInstanceOf(ShapeException.class)
        .hasMessage("one.w: expected [9, 5, 3, 3], found [9, 5, 3, 2]");
  }

  @Test
  void run_wrongInputOrClosed_refused() {
    CompiledGraph compiled = backend.compile(graph(Map.of("logits", "fc")), values());
    assertThatThrownBy(() -> compiled.run(scope, Map.of()))
        .isInstanceOf(ShapeException.class)
        .hasMessage("input image: expected [N, …] with [3, 9, 8] per sample, found none");
    compiled.close();
    compiled.close();
    assertThatThrownBy(() -> compiled.run(scope, Map.of("image", scope.tensor(random(1, 3, 9, 8)))))
        .isInstanceOf(IllegalStateException.class);
  }
}
