package dev.pleas.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** Tensors to write, and what is looked for when they are read. */
final class Stored {
  static final Registry REGISTRY = Registry.of(Stored.class.getClassLoader());
  static final CheckpointFiles FILES = new CheckpointFiles(REGISTRY);

  private Stored() {}

  static TensorInfo info(DType dtype, int... dims) {
    return new TensorInfo(dtype, Shape.of(dims));
  }

  static Map<String, StoredTensor> random(Map<String, TensorInfo> infos) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    infos.forEach(
        (name, info) -> {
          byte[] bytes = new byte[Math.toIntExact(info.bytes())];
          new Random(name.hashCode()).nextBytes(bytes);
          tensors.put(name, new StoredTensor(info, ByteBuffer.wrap(bytes)));
        });
    return tensors;
  }

  /** Writes tensors; returns the file or index to open. */
  static Path write(
      Path folder,
      Map<String, StoredTensor> tensors,
      long shardBytes,
      Map<String, String> metadata) {
    Map<String, TensorInfo> infos = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> infos.put(name, tensor.info()));
    return folder.resolve(
        CheckpointOutput.of(REGISTRY, "safetensors", shardBytes)
            .write(folder, infos, tensors::get, metadata));
  }

  static void requireIn(Checkpoint checkpoint, Map<String, StoredTensor> tensors) {
    assertThat(List.copyOf(checkpoint.tensors().keySet())).isEqualTo(List.copyOf(tensors.keySet()));
    tensors.forEach(
        (name, tensor) -> {
          assertThat(checkpoint.tensors().get(name)).as(name).isEqualTo(tensor.info());
          assertThat(checkpoint.stored(name).info()).as(name).isEqualTo(tensor.info());
          assertThat(checkpoint.stored(name).bytes()).as(name).isEqualTo(tensor.bytes());
        });
  }

  static Path resource(String name) {
    try {
      return Path.of(Objects.requireNonNull(Stored.class.getResource(name), name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
