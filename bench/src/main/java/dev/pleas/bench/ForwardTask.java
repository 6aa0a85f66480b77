package dev.pleas.bench;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.Map;

/** Runs a network with random weights on one batch that is on the backend already. */
final class ForwardTask implements Task<HostTensor> {
  private final Chosen<TensorBackend> backend;
  private final CompiledGraph network;
  private final TensorScope inputs;
  private final Map<String, Tensor> batch;
  private long peakBytes;

  /**
   * Makes the network and the batch.
   *
   * @param choice of a backend
   * @param samples images in the batch
   */
  ForwardTask(String choice, NetworkShape form, int samples) {
    backend = Task.create(TensorBackendProvider.class, choice);
    Model model = RandomNetwork.of(form, 0);
    network = backend.it().compile(model.graph(), model.parameters());
    inputs = backend.it().newScope();
    Shape shape = form.input().prepend(samples);
    float[] images = Uniform.floats(1, Math.toIntExact(shape.elements()), 0, 1);
    batch = Map.of(model.graph().onlyInput(), inputs.tensor(HostTensor.wrap(shape, images)));
  }

  @Override
  public HostTensor run() {
    try (TensorScope scope = backend.it().newScope()) {
      HostTensor logits = network.run(scope, batch).values().iterator().next().toHost();
      peakBytes = Math.max(peakBytes, backend.it().memoryBytes());
      return logits;
    }
  }

  @Override
  public Fingerprint fingerprint(HostTensor result) {
    float[] logits = result.values();
    return Fingerprint.of(logits.length, i -> logits[i]);
  }

  @Override
  public String implementation() {
    return backend.id() + ": " + backend.it().description();
  }

  @Override
  public long peakBytes() {
    return peakBytes;
  }

  @Override
  public void close() {
    inputs.close();
    network.close();
    backend.it().close();
  }
}
