package dev.pleas.api.checkpoint;

import dev.pleas.api.tensor.HostTensor;
import java.nio.file.Path;
import java.util.Map;

/**
 * An open checkpoint. Opening reads headers only; tensors are read when they are asked for. Safe
 * for use by several threads.
 */
public interface Checkpoint extends AutoCloseable {
  /** Returns the file or folder that was opened. */
  Path path();

  /** Returns the tensors by name, in the order of the file. */
  Map<String, TensorInfo> tensors();

  /** Returns the metadata; empty if there is none. */
  Map<String, String> metadata();

  /**
   * Reads a tensor as float32: floating-point types are rounded to nearest, integers converted.
   *
   * @throws dev.pleas.api.error.CheckpointException if there is no such tensor or it cannot be read
   */
  HostTensor read(String name);

  /**
   * Returns a tensor as it is stored, without converting or copying where that is possible.
   *
   * @throws dev.pleas.api.error.CheckpointException if there is no such tensor or it cannot be read
   */
  StoredTensor stored(String name);

  /** Closes the files. Does nothing the second time. */
  @Override
  void close();
}
