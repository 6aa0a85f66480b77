package dev.pleas.api.checkpoint;

import dev.pleas.api.provider.Provider;

/** Makes checkpoint formats. Named in {@code META-INF/services}. */
public interface CheckpointFormatProvider extends Provider<CheckpointFormat> {
  /**
   * Returns how a file of the format is called that has a folder of its own, always the same: by
   * default {@code model.} and the id.
   */
  default String fileName() {
    return "model." + id();
  }
}
