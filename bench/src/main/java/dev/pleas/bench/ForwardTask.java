package dev.pleas.bench;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.api.provider.Selection;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;

/** Runs a network with random weights on one batch that is on the backend already. */
final class ForwardTask implements Task<HostTensor> {
  private final String id;
  private final TensorBackend backend;
  private final CompiledGraph network;
  private final TensorScope inputs;
  private final Map<String, Tensor> batch;

  /**
   * Makes the network and the batch.
   *
   * @param id a backend's id
   * @param samples images in the batch
   */
  ForwardTask(String id, NetworkShape form, int samples) {
    Selection<TensorBackendProvider> selection = Task.select(TensorBackendProvider.class, id);
    this.id = selection.entry().id();
    backend = selection.provider().create();
    Adaptation.Adapted adapted = adapt(form);
    Graph graph = adapted.graph();
    Map<String, HostTensor> parameters =
        adapted
            .layout()
            .unpack(
                graph.parameters(),
                name -> parameter(name, Objects.requireNonNull(form.tensors().get(name)).shape()));
    network = backend.compile(graph, parameters);
    inputs = backend.newScope();
    Shape shape = form.input().prepend(samples);
    float[] images = Uniform.floats(1, Math.toIntExact(shape.elements()), 0, 1);
    batch = Map.of(graph.onlyInput(), inputs.tensor(HostTensor.wrap(shape, images)));
  }

  private static Adaptation.Adapted adapt(NetworkShape form) {
    Adaptation adaptation =
        Task.select(ModelAdapterProvider.class, form.adapter())
            .provider()
            .create()
            .adapt(form.tensors(), form.metadata(), form.input());
    if (adaptation instanceof Adaptation.Adapted adapted) {
      return adapted;
    }
    throw new IllegalStateException(form + ": " + adaptation);
  }

  /**
   * Returns weights of variance 2 / fan-in, scales and variances around 1, biases and means around
   * 0. Seeded by name, so that they do not depend on an order.
   */
  private static HostTensor parameter(String name, Shape shape) {
    CRC32 seed = new CRC32();
    seed.update(name.getBytes(StandardCharsets.UTF_8));
    double offset = 0;
    double scale = 0.1;
    if (shape.rank() > 1) {
      scale = Math.sqrt(6.0 / shape.elementsFrom(1));
    } else if (name.endsWith("weight") || name.endsWith("running_var")) {
      offset = 1;
    }
    int n = Math.toIntExact(shape.elements());
    return HostTensor.wrap(shape, Uniform.floats(seed.getValue(), n, offset, scale));
  }

  @Override
  public HostTensor run() {
    try (TensorScope scope = backend.newScope()) {
      return network.run(scope, batch).values().iterator().next().toHost();
    }
  }

  @Override
  public Fingerprint fingerprint(HostTensor result) {
    float[] logits = result.values();
    return Fingerprint.of(logits.length, i -> logits[i]);
  }

  @Override
  public String implementation() {
    return id + ": " + backend.description();
  }

  @Override
  public void close() {
    inputs.close();
    network.close();
    backend.close();
  }
}
