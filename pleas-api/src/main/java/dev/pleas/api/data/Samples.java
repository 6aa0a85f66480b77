package dev.pleas.api.data;

import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;

/**
 * A finite sequence of network inputs, preprocessed as the network expects them, read on demand.
 * The same index always gives the same values. Implementations are safe for use by several threads.
 */
public interface Samples {
  /** Returns how many samples there are. */
  int count();

  /** Returns the shape of one sample, without the batch axis: [channels, height, width]. */
  Shape shape();

  /**
   * Reads samples {@code from} (inclusive) to {@code to} (exclusive).
   *
   * @return a new tensor of shape [to − from, …shape()]
   * @throws dev.pleas.api.error.DataException if a sample cannot be read
   * @throws IndexOutOfBoundsException if the range is not within 0 … count
   */
  HostTensor read(int from, int to);
}
