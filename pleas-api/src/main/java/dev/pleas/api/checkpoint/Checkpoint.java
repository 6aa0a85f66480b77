package dev.pleas.api.checkpoint;

import dev.pleas.api.tensor.HostTensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * An open checkpoint. Opening reads headers only; tensors are read when they are asked for.
 * Checkpoints of one file are independent of each other. Safe for use by several threads.
 */
public interface Checkpoint extends AutoCloseable {
  /** Returns the file or folder that was opened, as it was given. */
  Path path();

  /**
   * Returns the files that it consists of, in an order that does not change: by default {@link
   * #path} alone.
   */
  default List<Path> files() {
    return List.of(path());
  }

  /** Returns the tensors by name, in the order of the file where it has one; not to be modified. */
  Map<String, TensorInfo> tensors();

  /** Returns the metadata; empty if there is none; not to be modified. */
  Map<String, String> metadata();

  /**
   * Reads a tensor as float32: every type is rounded to nearest, ties to even; what is beyond the
   * range of float32 becomes infinite.
   *
   * @throws dev.pleas.api.error.CheckpointException if there is no such tensor or it cannot be
   *     read, naming it
   * @throws IllegalStateException if the checkpoint is closed
   */
  HostTensor read(String name);

  /**
   * Returns a tensor as it is stored, without converting or copying where that is possible.
   *
   * @throws dev.pleas.api.error.CheckpointException if there is no such tensor or it cannot be
   *     read, naming it
   * @throws IllegalStateException if the checkpoint is closed
   */
  StoredTensor stored(String name);

  /** Closes the files. Does nothing the second time. */
  @Override
  void close();
}
