package dev.pleas.bench;

import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.provider.Selection;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;

/** Adds one batch to a Gram matrix that starts at zero, and reads the matrix. */
final class GramTask implements Task<Matrix> {
  private final String id;
  private final TensorBackend backend;
  private final TensorScope inputs;
  private final Tensor x;

  /**
   * Makes the batch.
   *
   * @param id a backend's id
   * @param shape [samples, channels, positions]
   */
  GramTask(String id, Shape shape) {
    Selection<TensorBackendProvider> selection = Task.select(TensorBackendProvider.class, id);
    this.id = selection.entry().id();
    backend = selection.provider().create();
    inputs = backend.newScope();
    float[] values = Uniform.floats(1, Math.toIntExact(shape.elements()), 0, 1);
    x = inputs.tensor(HostTensor.wrap(shape, values));
  }

  @Override
  public Matrix run() {
    int channels = x.shape().dim(1);
    try (TensorScope scope = backend.newScope();
        GramAccumulator gram = scope.gram(channels, channels)) {
      gram.add(x, x);
      return gram.toMatrix();
    }
  }

  @Override
  public Fingerprint fingerprint(Matrix result) {
    return Fingerprint.of(result.values());
  }

  @Override
  public String implementation() {
    return id + ": " + backend.description();
  }

  @Override
  public void close() {
    inputs.close();
    backend.close();
  }
}
