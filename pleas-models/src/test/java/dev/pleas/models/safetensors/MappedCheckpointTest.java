package dev.pleas.models.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.models.file.Truncation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedCheckpointTest {
  private static final String TWO =
      """
      {"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},\
      "b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}""";

  @TempDir private Path folder;

  private Checkpoint open(String header, int dataBytes) {
    return new SafetensorsFormat().open(RawFile.write(folder, RawFile.bytes(header, dataBytes)));
  }

  @Test
  void read_afterClose_isRefusedWhileBuffersHandedOutStayValid() {
    Checkpoint file = open(TWO, 5);
    StoredTensor before = file.stored("b");
    file.close();
    file.close();
    assertThatThrownBy(() -> file.read("b"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(file.path() + " is closed; tensor b cannot be read");
    assertThatThrownBy(() -> file.stored("b")).isInstanceOf(IllegalStateException.class);
    assertThat(before.bytes().get(1)).isEqualTo((byte) 4);
    assertThat(file.tensors()).containsOnlyKeys("a", "b");
  }

  @Test
  void read_unknownName_isRefusedNamingIt() {
    Checkpoint file = open(TWO, 5);
    assertThatThrownBy(() -> file.read("c"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file.path() + ": no tensor c among its 2 tensors");
  }

  @Test
  void read_fileThatShrankAfterOpening_doesNotEndTheJvm() throws IOException {
    String header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[1000000],\"data_offsets\":[0,1000000]}}";
    Checkpoint file = open(header, 1_000_000);
    Truncation.requireTold(file, "a");
  }

  @Test
  void open_fileBeyondTwoGibibytes_readsTensorsOnBothSides() throws IOException {
    long big = 1_500_000_000L;
    String header =
        """
        {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},\
        "big1":{"dtype":"U8","shape":[%d],"data_offsets":[2,%d]},\
        "huge":{"dtype":"F32","shape":[%d],"data_offsets":[%d,%d]},\
        "big2":{"dtype":"U8","shape":[%d],"data_offsets":[%d,%d]},\
        "z":{"dtype":"U8","shape":[3],"data_offsets":[%d,%d]}}"""
            .formatted(
                big,
                2 + big,
                big,
                2 + big,
                2 + 5 * big,
                big,
                2 + 5 * big,
                2 + 6 * big,
                2 + 6 * big,
                5 + 6 * big);
    byte[] start = RawFile.bytes(header, 2);
    Path path = folder.resolve("sparse.safetensors");
    try (FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      channel.write(ByteBuffer.wrap(start), 0);
      channel.write(ByteBuffer.wrap(new byte[] {7, 8, 9}), start.length + 6 * big);
    }
    try (Checkpoint file = new SafetensorsFormat().open(path)) {
      assertThat(file.read("a").values()).containsExactly(0, 1);
      assertThat(file.read("z").values()).containsExactly(7, 8, 9);
      assertThat(file.stored("big2").bytes().remaining()).isEqualTo((int) big);
      assertThatThrownBy(() -> file.read("huge"))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              path
                  + ": tensor huge: expected at most 2147483647 bytes, found 6000000000: larger tensors"
                  + " are not supported; store it in a smaller type");
    }
    Files.delete(path);
  }
}
