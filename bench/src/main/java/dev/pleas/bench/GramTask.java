package dev.pleas.bench;

import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;

/** Adds one batch to a Gram matrix that starts at zero, and reads the matrix. */
final class GramTask implements Task<Matrix> {
  private final Chosen<TensorBackend> backend;
  private final TensorScope inputs;
  private final Tensor x;
  private long peakBytes;

  /**
   * Makes the batch.
   *
   * @param choice of a backend
   * @param shape [samples, channels, positions]
   */
  GramTask(String choice, Shape shape) {
    backend = Task.create(TensorBackendProvider.class, choice);
    inputs = backend.it().newScope();
    float[] values = Uniform.floats(1, Math.toIntExact(shape.elements()), 0, 1);
    x = inputs.tensor(HostTensor.wrap(shape, values));
  }

  @Override
  public Matrix run() {
    int channels = x.shape().dim(1);
    try (TensorScope scope = backend.it().newScope();
        GramAccumulator gram = scope.gram(channels, channels)) {
      gram.add(x, x);
      Matrix matrix = gram.toMatrix();
      peakBytes = Math.max(peakBytes, backend.it().memoryBytes());
      return matrix;
    }
  }

  @Override
  public Fingerprint fingerprint(Matrix result) {
    return Fingerprint.of(result.values());
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
    backend.it().close();
  }
}
