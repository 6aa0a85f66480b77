package dev.pleas.core.moments;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.data.Samples;

/**
 * Calibration data cut into batches of equal size (the last may be smaller).
 *
 * @param samples the data; not empty
 * @param size samples per batch, at least 1
 */
public record Batches(Samples samples, int size) {
  /** Returns the number of batches. */
  public int count() {
    return (samples.count() + size - 1) / size;
  }

  /** Returns the number of samples in a batch. */
  public int sizeOf(int batch) {
    return Math.min(samples.count(), (batch + 1) * size) - batch * size;
  }

  /** Reads a batch into a scope. */
  public Tensor read(int batch, TensorScope scope) {
    int from = batch * size;
    return scope.tensor(samples.read(from, from + sizeOf(batch)));
  }
}
