package dev.pleas.cli.output;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.tensor.DType;
import dev.pleas.cli.config.Json;
import dev.pleas.cli.config.ModelConfig;
import dev.pleas.models.checkpoint.CheckpointOutput;
import dev.pleas.models.config.ConfigFile;
import dev.pleas.models.dtype.StoredTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a checkpoint again, in another format, type, or number of files. Tensors go through one at
 * a time; those that keep their type are not copied.
 */
public final class Conversion {
  private final Checkpoint source;
  private final @Nullable DType dtype;
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();

  /**
   * @param source not closed
   * @param dtype the type of floating-point tensors; null for that of each
   */
  public Conversion(Checkpoint source, @Nullable DType dtype) {
    this.source = source;
    this.dtype = dtype;
    source
        .tensors()
        .forEach(
            (name, info) ->
                tensors.put(name, dtype == null ? info : StoredTensors.converted(info, dtype)));
  }

  /** Returns the tensors as they are written. */
  public Map<String, TensorInfo> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /**
   * Writes the checkpoint.
   *
   * @return the name of the file to open
   * @throws CheckpointException if it cannot be written, or a value is outside the range of the
   *     type, naming the tensor
   */
  public String write(CheckpointOutput output, Path folder, Progress progress) {
    try (Progress.Stage stage = progress.begin("Converting", tensors.size())) {
      return output.write(
          folder,
          tensors,
          name -> {
            StoredTensor tensor = source.stored(name);
            stage.advance(1);
            return dtype == null ? tensor : StoredTensors.convert(tensor, dtype, name);
          },
          source.metadata());
    }
  }

  /**
   * Writes what lies beside the source and says which network it is: that of a merge, with the name
   * of the new file, or another program's as it is.
   *
   * @param weights what {@link #write} returned
   * @throws CheckpointException if it cannot be written
   */
  public void writeConfig(Path folder, String weights) {
    Path file = config();
    if (file == null) {
      return;
    }
    Path own = source.path().toAbsolutePath().getParent();
    try {
      if (own != null && ModelConfig.isIn(own)) {
        ModelConfig config = ModelConfig.read(own);
        if (source.path().endsWith(config.weights())) {
          Files.writeString(
              folder.resolve(ModelConfig.FILE), Json.write(config.withWeights(weights)));
        }
      } else {
        Files.copy(file, folder.resolve(ConfigFile.NAME));
      }
    } catch (IOException e) {
      throw new CheckpointException(
          folder.resolve(ConfigFile.NAME) + ": cannot be written: " + e.getMessage(), e);
    }
  }

  /** Returns the file beside the source that says which network it is; null if there is none. */
  public @Nullable Path config() {
    Path file = source.path().resolveSibling(ConfigFile.NAME);
    return Files.isRegularFile(file) ? file : null;
  }
}
