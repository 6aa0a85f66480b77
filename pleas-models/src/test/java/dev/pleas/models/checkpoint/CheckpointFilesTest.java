package dev.pleas.models.checkpoint;

import static dev.pleas.models.checkpoint.Stored.info;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFilesTest {
  @TempDir Path folder;
  private Map<String, StoredTensor> tensors;
  private Path index;

  @BeforeEach
  void writeShards() throws IOException {
    Map<String, TensorInfo> infos = new LinkedHashMap<>();
    infos.put("b", info(DType.F32, 2, 3));
    infos.put("a", info(DType.I64));
    infos.put("c", info(DType.F16, 5));
    tensors = Stored.random(infos);
    index =
        Stored.write(Files.createDirectory(folder.resolve("net")), tensors, 24, Map.of("k", "v"));
  }

  @Test
  void open_huggingFacesShards_haveTheTensorsOfTheWholeFile() {
    try (Checkpoint sharded = Stored.FILES.open(Stored.resource("sharded"));
        Checkpoint whole = Stored.FILES.open(Stored.resource("whole.safetensors"))) {
      assertThat(sharded.files()).hasSizeGreaterThan(2);
      assertThat(sharded.tensors()).isEqualTo(whole.tensors()).hasSize(5);
      for (String name : whole.tensors().keySet()) {
        assertThat(sharded.stored(name)).isEqualTo(whole.stored(name));
        assertThat(sharded.read(name).values()).isEqualTo(whole.read(name).values());
      }
      assertThat(sharded.metadata()).isEqualTo(Map.of("format", "pt"));
    }
  }

  @Test
  void open_indexUnderPyTorchsName_readsShardsByTheirContent() throws IOException {
    Path place = Files.createDirectory(folder.resolve("pytorch"));
    String text = Files.readString(index);
    for (int i = 1; i <= 2; i++) {
      String shard = "model-0000" + i + "-of-00002.safetensors";
      String renamed = "pytorch_model-0000" + i + "-of-00002.bin";
      Files.copy(index.resolveSibling(shard), place.resolve(renamed));
      text = text.replace(shard, renamed);
    }
    Files.writeString(place.resolve("pytorch_model.bin.index.json"), text);
    try (Checkpoint checkpoint = Stored.FILES.open(place)) {
      Stored.requireIn(checkpoint, tensors);
    }
  }

  @Test
  void open_folderOfOneFile_opensIt() throws IOException {
    Path place = Files.createDirectory(folder.resolve("one"));
    Path file = Stored.write(place, tensors, 1000, Map.of());
    Files.writeString(place.resolve("README.md"), "A network.");
    Files.writeString(place.resolve("config.json"), "{}");
    try (Checkpoint checkpoint = Stored.FILES.open(place)) {
      assertThat(checkpoint.path()).isEqualTo(file);
    }
    Path other = Files.move(file, place.resolve("resnet.safetensors"));
    try (Checkpoint checkpoint = Stored.FILES.open(place)) {
      assertThat(checkpoint.path()).isEqualTo(other);
    }
  }

  @Test
  void open_folderOfSeveralOrNone_saysWhatThereIs() throws IOException {
    Path net = folder.resolve("net");
    Files.copy(net.resolve("model-00001-of-00002.safetensors"), net.resolve("model.safetensors"));
    assertThatThrownBy(() -> Stored.FILES.open(net))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            net
                + ": expected a folder with one checkpoint, found 2: model.safetensors,"
                + " model.safetensors.index.json; name one of them");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThatThrownBy(() -> Stored.FILES.open(empty))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(empty + ": expected a folder with one checkpoint, found none; name the file");
  }

  @Test
  void open_missingOrUnknown_isRefused() throws IOException {
    Path none = folder.resolve("none");
    assertThatThrownBy(() -> Stored.FILES.open(none))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(none + ": there is no such file");
    Path text = Files.writeString(folder.resolve("notes"), "not a checkpoint");
    assertThatThrownBy(() -> Stored.FILES.open(text))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("not a checkpoint of a known format; known are: ")
        .hasMessageContaining("; not safetensors: ");
  }

  @Test
  void sharded_tensorsBeyondTheIndex_areLeftAlone() throws IOException {
    Files.writeString(index, Files.readString(index).replaceFirst("\"a\" : [^\n]*\n", ""));
    try (Checkpoint checkpoint = Stored.FILES.open(index)) {
      assertThat(checkpoint.tensors()).containsOnlyKeys("b", "c");
      assertThatThrownBy(() -> checkpoint.read("a"))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(index + ": no tensor a among the 2 of the index");
    }
  }

  @Test
  void sharded_closed_refusesToRead() {
    Checkpoint checkpoint = Stored.FILES.open(index);
    checkpoint.close();
    checkpoint.close();
    assertThatThrownBy(() -> checkpoint.stored("b")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
  void sharded_cacheOfLinks_isRead() throws IOException {
    // As Hugging Face's cache: everything lies in one folder, under hashes, and is linked to.
    Path blobs = Files.createDirectory(folder.resolve("blobs"));
    Path snapshot = Files.createDirectories(folder.resolve("snapshots").resolve("1"));
    List<Path> files;
    try (Stream<Path> listed = Files.list(folder.resolve("net"))) {
      files = listed.toList();
    }
    for (Path file : files) {
      Path blob = blobs.resolve("hash" + file.getFileName().toString().hashCode());
      Files.copy(file, blob);
      Path link = snapshot.resolve(file.getFileName());
      Files.createSymbolicLink(link, snapshot.relativize(blob));
    }
    try (Checkpoint checkpoint = Stored.FILES.open(snapshot)) {
      Stored.requireIn(checkpoint, tensors);
    }
  }
}
