package dev.pleas.cuda.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Graph;
import dev.pleas.core.oracle.Family;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.cuda.standin.CleanStandIn;
import dev.pleas.cuda.standin.Gpu;
import dev.pleas.cuda.standin.StandIn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything stays on the GPU between its two ends. */
@ExtendWith(CleanStandIn.class)
class ResidencyTest {
  private static final List<String> WAITING =
      List.of(
          "cuMemcpyHtoDAsync", "cuMemcpyDtoHAsync", "cuStreamSynchronize", "cuEventSynchronize");

  private static Map<String, Long> waiting(StandIn gpu) {
    Map<String, Long> calls = new HashMap<>();
    WAITING.forEach(function -> calls.put(function, gpu.calls(function)));
    return calls;
  }

  @ParameterizedTest
  @EnumSource
  void run_wholeNetworkAndItsMoments_copiesNothingAndWaitsForNothing(Family family) {
    Gpu.required();
    StandIn gpu = Gpu.standIn();
    Graph graph = family.graph(3, 4);
    List<String> values = new ArrayList<>();
    graph.nodes().forEach(node -> values.add(node.name()));
    Graph tapped = graph.between(graph.inputs().keySet(), values);
    RandomSamples samples = family.samples(5, 6);
    try (TensorBackend backend = new CudaBackendProvider().create();
        CompiledGraph compiled =
            backend.compile(tapped, family.weights(graph, 1, samples).parameters());
        TensorScope scope = backend.newScope()) {
      Tensor images = scope.tensor(samples.read(0, 6));
      Map<String, Long> before = waiting(gpu);
      Map<String, Tensor> found = compiled.run(scope, Map.of(graph.onlyInput(), images));
      assertThat(found).hasSameSizeAs(values);
      for (Tensor value : found.values()) {
        int channels = value.shape().dim(1);
        GramAccumulator gram = scope.gram(channels, channels);
        gram.add(value, value);
        SumAccumulator sums = scope.sums(channels);
        sums.add(value);
      }
      assertThat(waiting(gpu)).isEqualTo(before);
    }
  }
}
