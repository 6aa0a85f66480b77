package dev.pleas.api.checkpoint;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/** Reads one kind of checkpoint file, and may write it. Safe for use by several threads. */
public interface CheckpointFormat {
  /**
   * Returns whether a file looks like this format, by its name or its first bytes. Never throws for
   * what is in the file.
   */
  boolean recognizes(Path path);

  /**
   * Opens a checkpoint. Every length is checked against what is there before it is trusted.
   *
   * @throws dev.pleas.api.error.CheckpointException if the file is missing, damaged or of another
   *     format, naming the file, what was expected and found
   */
  Checkpoint open(Path path);

  /**
   * Returns whether files of the format can be written, too; always the same, by default true.
   * Where they cannot, {@link #write} throws {@link UnsupportedOperationException}.
   */
  default boolean writes() {
    return true;
  }

  /**
   * Writes a checkpoint: the same arguments give the same bytes, and {@code path} either has the
   * complete file or is as it was.
   *
   * @param path the file to write; replaced if it exists
   * @param tensors names, types and shapes, in the order to write them where the format has one
   * @param content gives each tensor when its turn comes; asked once per name; what it throws
   *     passes through
   * @param metadata strings to store with it; their order does not matter
   * @throws dev.pleas.api.error.CheckpointException if it cannot be written, naming the file, or
   *     the format cannot store a tensor, naming the tensor
   * @throws IllegalArgumentException if a content is of another type or shape than was announced,
   *     naming the tensor
   * @throws UnsupportedOperationException if the format does not {@linkplain #writes write}; then
   *     nothing was written
   */
  void write(
      Path path,
      Map<String, TensorInfo> tensors,
      Function<String, StoredTensor> content,
      Map<String, String> metadata);
}
