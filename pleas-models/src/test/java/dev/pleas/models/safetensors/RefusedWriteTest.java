package dev.pleas.models.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.dtype.StoredTensors;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefusedWriteTest {
  private static final SafetensorsFormat FORMAT = new SafetensorsFormat();
  private static final Map<String, TensorInfo> TENSORS =
      new TreeMap<>(
          Map.of(
              "a", new TensorInfo(DType.F32, Shape.of(2)),
              "b", new TensorInfo(DType.F32, Shape.of(2))));

  @TempDir private Path folder;

  private static StoredTensor pair(String name) {
    return StoredTensors.of(HostTensor.wrap(Shape.of(2), new float[] {1, 2}), DType.F32, name);
  }

  @Test
  void write_contentOfAnotherShape_isRefusedNamingIt() {
    Path file = folder.resolve("model.safetensors");
    StoredTensor other =
        StoredTensors.of(HostTensor.wrap(Shape.of(1, 2), new float[2]), DType.F32, "a");
    assertThatThrownBy(() -> FORMAT.write(file, TENSORS, name -> other, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a: announced as F32 [2], given as F32 [1, 2]");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void write_intoAMissingFolder_saysSo() {
    Path file = folder.resolve("missing").resolve("model.safetensors");
    assertThatThrownBy(() -> FORMAT.write(file, TENSORS, RefusedWriteTest::pair, Map.of()))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": there is no folder " + file.getParent() + "; create it first");
  }

  @Test
  void write_ontoAFolder_saysSo() {
    assertThatThrownBy(() -> FORMAT.write(folder, TENSORS, RefusedWriteTest::pair, Map.of()))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(folder + ": is a folder; give the name of a file");
  }
}
