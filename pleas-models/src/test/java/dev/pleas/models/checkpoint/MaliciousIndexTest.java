package dev.pleas.models.checkpoint;

import static dev.pleas.models.checkpoint.Stored.info;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.DType;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Indexes that lie, are damaged, or mean harm. */
class MaliciousIndexTest {
  private static final String OUTSIDE = ": expected a file in the index's folder";

  @TempDir Path folder;
  private Path net;
  private Path index;
  private Path secret;

  @BeforeEach
  void writeFiles() throws IOException {
    net = Files.createDirectory(folder.resolve("net"));
    index = net.resolve("model.safetensors.index.json");
    Path other = Files.createDirectory(folder.resolve("other"));
    secret = Stored.write(other, Stored.random(Map.of("w", info(DType.F32, 3))), 100, Map.of());
    Files.copy(secret, net.resolve("model-00001-of-00001.safetensors"));
  }

  private void refused(String json, String... parts) throws IOException {
    Files.writeString(index, json);
    assertThatThrownBy(() -> Stored.FILES.open(index).close())
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(index.toString())
        .hasMessageContainingAll(parts);
  }

  private static String naming(String file) {
    return "{\"weight_map\": {\"w\": \"" + file.replace("\\", "\\\\") + "\"}}";
  }

  @Test
  void open_pathsOutOfTheFolder_areRefused() throws IOException {
    refused(naming("../other/model.safetensors"), "shard ../other/model.safetensors" + OUTSIDE);
    refused(naming("x/../../other/model.safetensors"), OUTSIDE);
    refused(naming("x/../model-00001-of-00001.safetensors"), OUTSIDE);
    refused(naming(secret.toAbsolutePath().toString()), OUTSIDE);
    refused(naming(""), OUTSIDE);
    refused(naming(".."), OUTSIDE);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
  void open_linksOutOfTheFolder_areRefused() throws IOException {
    Files.createSymbolicLink(net.resolve("link.safetensors"), secret);
    refused(
        naming("link.safetensors"),
        "shard link.safetensors, a link to " + secret.toRealPath() + OUTSIDE);
    Files.createSymbolicLink(net.resolve("folder"), secret.getParent());
    refused(naming("folder/model.safetensors"), "a link to", OUTSIDE);
    Files.createSymbolicLink(
        net.resolve("inner.safetensors"), Path.of("model-00001-of-00001.safetensors"));
    Files.writeString(index, naming("inner.safetensors"));
    try (Checkpoint checkpoint = Stored.FILES.open(index)) {
      assertThat(checkpoint.tensors()).containsOnlyKeys("w");
    }
  }

  @Test
  void open_namesThatAreNoFiles_areRefused() throws IOException {
    refused(naming("none.safetensors"), "shard none.safetensors: there is no such file; fetch it");
    refused(naming("."), "shard .: expected a file, found none");
    refused(naming("\\u0000".replace("\\", "")), "shard u0000: there is no such file");
    refused("{\"weight_map\": {\"w\": \"a\\u0000b\"}}", "not the name of a file");
    refused(naming("model.safetensors.index.json"), "not a checkpoint of a known format");
  }

  @Test
  void open_tensorThatTheShardLacks_namesAllThree() throws IOException {
    refused(
        "{\"weight_map\": {\"v\": \"model-00001-of-00001.safetensors\"}}",
        "shard model-00001-of-00001.safetensors: no tensor v, which the index says is there",
        "fetch all of them again");
  }

  @Test
  void open_damagedShard_namesIndexAndShard() throws IOException {
    Path shard = net.resolve("model-00001-of-00001.safetensors");
    byte[] bytes = Files.readAllBytes(shard);
    Files.write(shard, Arrays.copyOf(bytes, bytes.length - 1));
    refused(naming("model-00001-of-00001.safetensors"), ": shard " + shard + ": ", "truncated");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "3",
        "null",
        "{}",
        "{\"weight_map\": []}",
        "{\"weight_map\": {}}",
        "{\"weight_map\": \"w\"}",
        "{\"weight_map\": {\"w\": 3}}",
        "{\"weight_map\": {\"w\": null}}",
        "{\"weight_map\": {\"w\": [\"model-00001-of-00001.safetensors\"]}}",
        "{\"weight_map\": {\"w\": \"model-00001-of-00001.safetensors\"}",
        "{\"weight_map\": {\"w\": \"model-00001-of-00001.safetensors\"}} more",
        "{\"weight_map\": {\"w\": \"x\", \"w\": \"y\"}}",
        "{\"weight_map\": {\"w\": \"x\"}, \"weight_map\": {\"w\": \"x\"}}",
      })
  void open_whatIsNoIndex_isRefused(String json) throws IOException {
    refused(json, "fetch it again");
  }

  @Test
  void open_deepNesting_isRefused() throws IOException {
    refused("{\"metadata\": " + "[".repeat(1_000_000), "not valid JSON");
  }

  @Test
  void open_absurdSize_isRefusedUnread() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(index.toFile(), "rw")) {
      file.setLength(1L << 40);
    }
    assertThatThrownBy(() -> Stored.FILES.open(index))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "%s: expected an index of at most 16777216 bytes, found 1099511627776: this is no index"
                + " of a sharded checkpoint",
            index);
  }

  @Property(tries = 300)
  void open_mutatedIndex_opensOrIsRefused(
      @ForAll @IntRange(max = 120) int place, @ForAll byte replacement) throws IOException {
    Path file = Files.createTempFile("mutated", ".index.json");
    try {
      byte[] json =
          "{\"metadata\": {\"total_size\": 12}, \"weight_map\": {\"w\": \"model-00001-of-00001.safetensors\"}}"
              .getBytes(StandardCharsets.UTF_8);
      json[place % json.length] = replacement;
      Files.write(file, json);
      assertThatThrownBy(() -> Stored.FILES.open(file).close())
          .isInstanceOf(CheckpointException.class)
          .hasMessageStartingWith(file.toString());
    } finally {
      Files.delete(file);
    }
  }
}
