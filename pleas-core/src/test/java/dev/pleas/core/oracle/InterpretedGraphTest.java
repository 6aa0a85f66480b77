package dev.pleas.core.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.method.Merging;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import dev.pleas.tck.reference.ReferenceBackend;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The default way to run a graph; tested here because the contracts alone have no backend. */
class InterpretedGraphTest {
  @AutoClose private final TensorBackend backend = new ReferenceBackend();
  private final RandomSamples samples = new RandomSamples(1, 3, RandomNetworks.input());
  private final Graph graph = RandomNetworks.resNet(1, 4);
  private final Model model = RandomNetworks.weights(graph, 2, samples);

  private static Tensor input(TensorScope scope, RandomSamples samples) {
    return scope.tensor(samples.read(0, samples.count()));
  }

  @Test
  void run_everyArchitecture_givesTheValuesOfAPlainRun() {
    for (int seed = 0; seed < 6; seed++) {
      Graph any = RandomNetworks.resNet(seed, 4);
      Model weights = RandomNetworks.weights(any, seed, samples);
      Plain logits = PlainNetwork.logits(weights, samples);
      for (TensorBackend each : List.of(new ReferenceBackend(), Merging.backend())) {
        try (each;
            CompiledGraph compiled = each.compile(any, weights.parameters());
            TensorScope scope = each.newScope()) {
          Map<String, Tensor> outputs =
              compiled.run(scope, Map.of(GraphBuilder.INPUT, input(scope, samples)));

          assertThat(outputs).containsOnlyKeys("logits");
          // Some 40 float32 operations deep, each within 6e-8.
          assertThat(Plain.of(outputs.get("logits").toHost()).distance(logits) / logits.largest())
              .isLessThan(1e-5);
        }
      }
    }
  }

  @Test
  void run_done_leavesOutputsAndParametersOnly() {
    long parameters = graph.parameters().values().stream().mapToLong(Shape::elements).sum();
    try (CompiledGraph compiled = backend.compile(graph, model.parameters())) {
      assertThat(backend.memoryBytes()).isEqualTo(4 * parameters);
      try (TensorScope scope = backend.newScope()) {
        Tensor input = input(scope, samples);
        compiled.run(scope, Map.of(GraphBuilder.INPUT, input));

        assertThat(backend.memoryBytes())
            .isEqualTo(4 * (parameters + input.shape().elements() + 3 * 4));
        assertThat(input.toHost()).isNotNull();
      }
      assertThat(backend.memoryBytes()).isEqualTo(4 * parameters);
    }
    assertThat(backend.memoryBytes()).isZero();
  }

  @Test
  void run_valueThatIsSeveralOutputsOrAnInput_isHandedOutOnceEach() {
    GraphBuilder g = new GraphBuilder(Shape.of(2));
    String relu = g.relu("relu", GraphBuilder.INPUT);
    Graph several =
        g.output("one", relu).output("two", relu).output("same", GraphBuilder.INPUT).build();
    try (CompiledGraph compiled = backend.compile(several, Map.of());
        TensorScope outer = backend.newScope()) {
      Tensor input = outer.tensor(HostTensor.wrap(Shape.of(1, 2), new float[] {-1, 2}));
      Map<String, Tensor> outputs;
      try (TensorScope scope = backend.newScope()) {
        outputs = compiled.run(scope, Map.of(GraphBuilder.INPUT, input));
        assertThat(outputs.keySet()).containsExactly("one", "two", "same");
        outputs.get("one").close();
        assertThat(outputs.get("two").toHost().values()).containsExactly(0, 2);
        assertThat(outputs.get("same").toHost().values()).containsExactly(-1, 2);
      }
      assertThat(input.toHost().values()).containsExactly(-1, 2);
    }
  }

  @Test
  void compile_parametersThatDoNotFit_areNamed() {
    Map<String, HostTensor> parameters = new HashMap<>(model.parameters());
    parameters.remove("fc.bias");
    assertThatThrownBy(() -> backend.compile(graph, parameters))
        .isInstanceOf(ShapeException.class)
        .hasMessage("fc.bias: expected [4], found no such parameter");
    parameters.put("fc.bias", HostTensor.wrap(Shape.of(5), new float[5]));
    assertThatThrownBy(() -> backend.compile(graph, parameters))
        .isInstanceOf(ShapeException.class)
        .hasMessage("fc.bias: expected [4], found [5]");
    assertThat(backend.memoryBytes()).isZero();
  }

  @Test
  void run_inputsThatDoNotFit_areNamed() {
    try (CompiledGraph compiled = backend.compile(graph, model.parameters());
        TensorScope scope = backend.newScope()) {
      assertThatThrownBy(() -> compiled.run(scope, Map.of()))
          .isInstanceOf(ShapeException.class)
          .hasMessage("input input: expected [N, …] with [3, 7, 7] per sample, found none");
      Tensor single = scope.tensor(HostTensor.wrap(Shape.of(3, 7, 7), new float[147]));
      assertThatThrownBy(() -> compiled.run(scope, Map.of(GraphBuilder.INPUT, single)))
          .isInstanceOf(ShapeException.class)
          .hasMessage("input input: expected [N, …] with [3, 7, 7] per sample, found [3, 7, 7]");
    }
  }

  @Test
  void run_afterClose_isRefused() {
    CompiledGraph compiled = backend.compile(graph, model.parameters());
    compiled.close();
    compiled.close();
    try (TensorScope scope = backend.newScope()) {
      Tensor input = input(scope, samples);
      assertThatThrownBy(() -> compiled.run(scope, Map.of(GraphBuilder.INPUT, input)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the compiled graph is closed");
    }
  }
}
