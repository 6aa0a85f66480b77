package dev.pleas.cli.evaluation;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Networks that look at the same samples. */
final class CompiledNetworks implements AutoCloseable {
  private final TensorBackend backend;
  private final List<Network> networks = new ArrayList<>();

  /**
   * A network and what is wanted of it.
   *
   * @param outputs names of outputs, each once
   */
  record Wanted(Model model, List<String> outputs) {
    /** Returns the values that these outputs are. */
    List<String> values() {
      return outputs.stream()
          .map(output -> Objects.requireNonNull(model.graph().outputs().get(output)))
          .toList();
    }
  }

  private record Network(CompiledGraph compiled, String input, List<String> values) {
    List<HostTensor> run(TensorScope scope, Tensor batch) {
      Map<String, Tensor> found = compiled.run(scope, Map.of(input, batch));
      return values.stream()
          .map(value -> Objects.requireNonNull(found.get(value)).toHost())
          .toList();
    }
  }

  /** Compiles networks, each up to the outputs that are wanted. */
  CompiledNetworks(TensorBackend backend, List<Wanted> wanted) {
    this.backend = backend;
    try {
      for (Wanted one : wanted) {
        Graph whole = one.model().graph();
        Graph needed = whole.between(whole.inputs().keySet(), one.values());
        networks.add(
            new Network(
                backend.compile(needed, one.model().parameters()),
                needed.onlyInput(),
                one.values()));
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Returns the outputs that are wanted for a batch, those of the first network first. */
  List<HostTensor> run(HostTensor samples) {
    List<HostTensor> outputs = new ArrayList<>();
    try (TensorScope scope = backend.newScope()) {
      Tensor batch = scope.tensor(samples);
      networks.forEach(network -> outputs.addAll(network.run(scope, batch)));
    }
    return outputs;
  }

  @Override
  public void close() {
    networks.forEach(network -> network.compiled().close());
  }
}
