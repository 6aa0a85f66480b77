package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.error.DataException;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.tck.reference.Expected;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Whole networks through {@link TensorBackend#compile}. */
abstract class GraphRules extends RepetitionRules {
  /** The longest sum in the networks: 9 channels under 9 taps, and then some. */
  private static final int TERMS = 100;

  private final Graph resNet = SmallNetworks.resNet();
  private final Map<String, HostTensor> weights = SmallNetworks.weights(resNet, numbers);

  private HostTensor images(Graph graph, int samples) {
    int[] dims = graph.inputs().values().iterator().next().prepend(samples).dims();
    OptionalInt ids = graph.ids("image");
    return ids.isPresent() ? numbers.ids(ids.getAsInt(), dims) : numbers.normal(dims);
  }

  /**
   * Runs a network and compares its outputs with an evaluation node by node. A node adds at most
   * some TERMS roundings of its largest value to what comes in, and normalizations keep values near
   * 1.
   */
  private void assertRuns(Graph graph, Map<String, HostTensor> parameters, int samples) {
    HostTensor image = images(graph, samples);
    Map<String, Plain> expected =
        PlainNetwork.values(graph, parameters, Map.of("image", Plain.of(image)));
    try (CompiledGraph compiled = backend().compile(graph, parameters)) {
      Map<String, Tensor> found = compiled.run(scope(), Map.of("image", tensor(image)));
      assertEquals(
          List.copyOf(graph.outputs().keySet()),
          List.copyOf(found.keySet()),
          graph.architecture() + ": outputs in the graph's order");
      graph
          .outputs()
          .forEach(
              (output, value) -> {
                Plain want = get(expected, value);
                assertValues(
                    graph.architecture() + " with " + samples + " samples: " + output,
                    Expected.within(
                        want, depth(graph, value) * TERMS, want.map(v -> want.largest())),
                    get(found, output));
              });
    }
  }

  private static <T> T get(Map<String, T> map, String name) {
    return Objects.requireNonNull(map.get(name), name);
  }

  /** The number of nodes up to a value. */
  private static double depth(Graph graph, String value) {
    List<String> names = new ArrayList<>();
    graph.nodes().forEach(node -> names.add(node.name()));
    return names.indexOf(value) + 1.0;
  }

  @Test
  void required_tensor801_residualNetworkGivesEveryValue() {
    assertRuns(SmallNetworks.tapped(resNet), weights, 2);
  }

  @Test
  void required_tensor802_residualNetworkRunsOnBatchesOfEverySize() {
    for (int samples : new int[] {1, 3, 0, 5}) {
      assertRuns(resNet, weights, samples);
    }
  }

  @Test
  void required_tensor803_visionTransformerGivesEveryValue() {
    Graph graph = SmallNetworks.visionTransformer();
    assertRuns(SmallNetworks.tapped(graph), SmallNetworks.weights(graph, numbers), 2);
  }

  @Test
  void required_tensor804_visionTransformerRunsOnBatchesOfEverySize() {
    Graph graph = SmallNetworks.visionTransformer();
    for (int samples : new int[] {1, 3, 0, 5}) {
      assertRuns(graph, SmallNetworks.weights(graph, numbers), samples);
    }
  }

  @Test
  void required_tensor805_tapsDoNotChangeOtherOutputs() {
    for (String tap : List.of("two", "stem", "short.bn", "sum", "depthwise", "pool")) {
      Map<String, String> outputs = new LinkedHashMap<>();
      outputs.put("tap", tap);
      outputs.put("logits", "fc");
      assertRuns(SmallNetworks.withOutputs(resNet, outputs), weights, 2);
    }
  }

  @Test
  void required_tensor806_outputsAreTensorsOfTheirOwn() {
    Map<String, String> outputs = new LinkedHashMap<>();
    outputs.put("in", "image");
    outputs.put("first", "fc");
    outputs.put("second", "fc");
    HostTensor image = images(resNet, 2);
    try (CompiledGraph compiled =
        backend().compile(SmallNetworks.withOutputs(resNet, outputs), weights)) {
      Tensor input = tensor(image);
      Map<String, Tensor> y = compiled.run(scope(), Map.of("image", input));
      HostTensor logits = get(y, "second").toHost();
      get(y, "first").close();
      assertBits("an output after another of the same value closed", logits, host(y, "second"));
      input.close();
      assertBits("an output that is the input, after the input closed", image, host(y, "in"));
    }
  }

  private static HostTensor host(Map<String, Tensor> outputs, String name) {
    return get(outputs, name).toHost();
  }

  @Test
  void required_tensor807_outputsBelongToTheScopeThatIsGiven() {
    CompiledGraph compiled = backend().compile(SmallNetworks.tapped(resNet), weights);
    TensorScope outer = backend().newScope();
    TensorScope inner = backend().newScope();
    Tensor image = inner.tensor(images(resNet, 2));
    Map<String, Tensor> y = compiled.run(outer, Map.of("image", image));
    inner.close();
    compiled.close();
    y.forEach(
        (name, value) ->
            assertDoesNotThrow(
                value::toHost, () -> name + " after the graph and the input's scope closed"));
    outer.close();
    y.forEach(
        (name, value) ->
            assertRefused(
                IllegalStateException.class, name + " after its scope closed", value::toHost));
  }

  @Test
  void required_tensor808_inputsAreNotModifiedNorClosed() {
    HostTensor image = images(resNet, 2);
    try (CompiledGraph compiled = backend().compile(resNet, weights)) {
      Tensor input = tensor(image);
      compiled.run(scope(), Map.of("image", input));
      assertBits("the input after a run", image, input.toHost());
    }
  }

  @Test
  void required_tensor809_parametersAreCopied() {
    Map<String, HostTensor> changing = new LinkedHashMap<>();
    weights.forEach(
        (name, value) ->
            changing.put(name, HostTensor.wrap(value.shape(), value.values().clone())));
    HostTensor image = images(resNet, 2);
    try (CompiledGraph compiled = backend().compile(resNet, changing)) {
      Tensor input = tensor(image);
      HostTensor before = host(compiled.run(scope(), Map.of("image", input)), "logits");
      changing.values().forEach(value -> java.util.Arrays.fill(value.values(), 7));
      changing.clear();
      HostTensor after = host(compiled.run(scope(), Map.of("image", input)), "logits");
      assertBits("logits after the parameters changed", before, after);
    }
  }

  @Test
  void required_tensor810_parametersThatDoNotFitAreNamed() {
    long before = backend().memoryBytes();
    Map<String, HostTensor> wrong = new LinkedHashMap<>(weights);
    wrong.remove("one.weight");
    Class<ShapeException> misshapen = ShapeException.class;
    assertRefused(
        misshapen, "compile", () -> backend().compile(resNet, wrong), "one.weight", "[9, 5, 3, 3]");
    wrong.put("one.weight", numbers.normal(9, 5, 3, 2));
    assertRefused(
        misshapen,
        "compile",
        () -> backend().compile(resNet, wrong),
        "one.weight",
        "[9, 5, 3, 3]",
        "[9, 5, 3, 2]");
    assertEquals(before, backend().memoryBytes(), "memoryBytes() after compile was refused");
  }

  @Test
  void required_tensor811_furtherParametersAreIgnored() {
    Map<String, HostTensor> more = new LinkedHashMap<>(weights);
    more.put("unused", numbers.normal(3));
    assertRuns(resNet, more, 1);
  }

  @Test
  void required_tensor812_inputsThatDoNotFitAreNamed() {
    try (CompiledGraph compiled = backend().compile(resNet, weights)) {
      Class<ShapeException> misshapen = ShapeException.class;
      assertRefused(misshapen, "run", () -> compiled.run(scope(), Map.of()), "image", "[3, 9, 8]");
      for (int[] dims : new int[][] {{3, 9, 8}, {2, 3, 9, 9}, {}}) {
        Tensor image = tensor(numbers.normal(dims));
        assertRefused(
            misshapen,
            "run",
            () -> compiled.run(scope(), Map.of("image", image)),
            "image",
            "[3, 9, 8]",
            Shape.of(dims).toString());
      }
    }
  }

  @Test
  void required_tensor813_closedGraphsRefuseToRun() {
    CompiledGraph compiled = backend().compile(resNet, weights);
    compiled.close();
    assertDoesNotThrow(compiled::close, "the second close of a compiled graph");
    Tensor image = tensor(images(resNet, 1));
    assertRefused(
        IllegalStateException.class,
        "run after close",
        () -> compiled.run(scope(), Map.of("image", image)));
  }

  @Test
  void required_tensor814_runsGiveTheSameBitsAndLeaveNothingBehind() {
    try (TensorBackend other = create()) {
      long before = other.memoryBytes();
      try (CompiledGraph compiled = other.compile(resNet, weights);
          TensorScope inner = other.newScope()) {
        Tensor image = inner.tensor(images(resNet, 3));
        HostTensor first = null;
        long memory = 0;
        for (int run = 0; run < 5; run++) {
          Tensor logits = get(compiled.run(inner, Map.of("image", image)), "logits");
          first = first == null ? logits.toHost() : first;
          assertBits("logits of run " + run, first, logits.toHost());
          logits.close();
          memory = run == 0 ? other.memoryBytes() : memory;
          assertEquals(memory, other.memoryBytes(), "memoryBytes() after run " + run);
        }
      }
      assertEquals(before, other.memoryBytes(), "memoryBytes() after the graph closed");
    }
  }

  @Test
  void required_tensor815_multiplicationByAFactorIsAsDefined() {
    for (double factor : new double[] {0, 1, -0.1, 1 / 3.0, 1000}) {
      Graph graph =
          new Graph(
              "times " + factor,
              Map.of("image", Shape.of(3, 5)),
              List.of(new Node("y", new Op.Multiply(factor), List.of("image"))),
              Map.of("y", "y"),
              Map.of());
      for (int samples : new int[] {1, 0, 3}) {
        HostTensor x = images(graph, samples);
        Plain product = Plain.of(x).times(factor);
        try (CompiledGraph compiled = backend().compile(graph, Map.of())) {
          // The factor may be rounded to float32, and then the product.
          assertValues(
              graph.architecture() + " with " + samples + " samples",
              Expected.within(product, 2, product.abs()),
              get(compiled.run(scope(), Map.of("image", tensor(x))), "y"));
        }
      }
    }
  }

  @Test
  void required_tensor816_gatedNetworkGivesEveryValue() {
    Graph graph = SmallNetworks.gated();
    assertRuns(SmallNetworks.tapped(graph), SmallNetworks.weights(graph, numbers), 2);
  }

  @Test
  void required_tensor817_gatedNetworkRunsOnBatchesOfEverySize() {
    Graph graph = SmallNetworks.gated();
    for (int samples : new int[] {1, 3, 0, 5}) {
      assertRuns(graph, SmallNetworks.weights(graph, numbers), samples);
    }
  }

  @Test
  void required_tensor818_textEncoderGivesEveryValueOnBatchesOfEverySize() {
    Graph graph = SmallNetworks.textEncoder();
    for (int samples : new int[] {2, 1, 0, 5}) {
      assertRuns(SmallNetworks.tapped(graph), SmallNetworks.weights(graph, numbers), samples);
    }
  }

  @Test
  void required_tensor819_idsThatNoWordHasAreRefused() {
    Graph graph = SmallNetworks.textEncoder();
    try (CompiledGraph compiled = backend().compile(graph, SmallNetworks.weights(graph, numbers))) {
      for (float wrong : new float[] {SmallNetworks.WORDS, -1, 0.5f, Float.NaN}) {
        HostTensor ids = images(graph, 2);
        ids.values()[9] = wrong;
        Tensor input = tensor(ids);
        assertRefused(
            DataException.class,
            "run",
            () -> compiled.run(scope(), Map.of("image", input)),
            "words",
            String.valueOf(wrong));
      }
    }
  }
}
