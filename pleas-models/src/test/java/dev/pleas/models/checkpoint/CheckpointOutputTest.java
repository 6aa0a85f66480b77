package dev.pleas.models.checkpoint;

import static dev.pleas.models.checkpoint.Stored.info;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.ProviderException;
import dev.pleas.api.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointOutputTest {
  private static final Map<String, String> METADATA =
      Map.of("format", "pt", "pleas.sources", "a,b");

  private static final List<DType> TYPES = List.of(DType.values());

  @TempDir private Path folder;

  @Property(tries = 30) // every file is forced to the disk
  void write_shardsOrOne_openAlike(
      @ForAll @Size(max = 12) List<@IntRange(max = 20) Integer> lengths,
      @ForAll @LongRange(min = 1, max = 400) long shardBytes)
      throws IOException {
    Path place = Files.createTempDirectory("shards");
    try {
      Map<String, TensorInfo> infos = new LinkedHashMap<>();
      for (int i = 0; i < lengths.size(); i++) {
        DType dtype = TYPES.get(i % TYPES.size());
        infos.put("z" + (100 - i) + ".weight", info(dtype, lengths.get(i), 1 + i % 2));
      }
      Map<String, StoredTensor> tensors = Stored.random(infos);
      Path opened = Stored.write(place, tensors, shardBytes, METADATA);
      long total = infos.values().stream().mapToLong(TensorInfo::bytes).sum();
      assertThat(opened.getFileName().toString().endsWith(".index.json"))
          .as("sharded")
          .isEqualTo(total > shardBytes && notAlone(infos, shardBytes));
      for (Path path : List.of(opened, place)) {
        try (Checkpoint checkpoint = Stored.FILES.open(path)) {
          Stored.requireIn(checkpoint, tensors);
          assertThat(checkpoint.metadata()).isEqualTo(METADATA);
          assertThat(checkpoint.path()).isEqualTo(opened);
          requireFilled(checkpoint, shardBytes);
        }
      }
    } finally {
      try (Stream<Path> files = Files.walk(place)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** A single tensor with nothing beside it but empty ones before it has no one to part from. */
  private static boolean notAlone(Map<String, TensorInfo> infos, long shardBytes) {
    long before = 0;
    boolean first = true;
    for (TensorInfo info : infos.values()) {
      if (!first && before + info.bytes() > shardBytes) {
        return true;
      }
      first = false;
      before += info.bytes();
    }
    return false;
  }

  /** No shard has more than it may, but for one that has a single tensor. */
  private static void requireFilled(Checkpoint checkpoint, long shardBytes) {
    for (Path file : checkpoint.files()) {
      if (file.toString().endsWith(".safetensors")) {
        try (Checkpoint shard = Stored.FILES.open(file)) {
          long bytes = shard.tensors().values().stream().mapToLong(TensorInfo::bytes).sum();
          assertThat(bytes <= shardBytes || shard.tensors().size() == 1).as("%s", file).isTrue();
        }
      }
    }
  }

  @Test
  void write_shards_areNamedAndListedAsHuggingFaceDoesIt() throws IOException {
    Map<String, TensorInfo> infos = new LinkedHashMap<>();
    infos.put("a", info(DType.F32, 10));
    infos.put("b", info(DType.F32, 10));
    infos.put("c", info(DType.F16, 10));
    Path index = Stored.write(folder, Stored.random(infos), 60, METADATA);
    assertThat(folder.toFile().list())
        .containsExactlyInAnyOrder(
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json");
    JsonNode written = new ObjectMapper().readTree(index.toFile());
    assertThat(written)
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"metadata": {"total_size": 100},
                     "weight_map": {"a": "model-00001-of-00002.safetensors",
                                    "b": "model-00002-of-00002.safetensors",
                                    "c": "model-00002-of-00002.safetensors"}}
                    """));
  }

  @Test
  void write_tiedTensors_keepsBothNames() {
    StoredTensor shared = Stored.random(Map.of("w", info(DType.F32, 4, 3))).get("w");
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    tensors.put("embed.weight", shared);
    tensors.put("head.weight", shared);
    for (long shardBytes : new long[] {48, 1000}) {
      Path place = folder.resolve("tied" + shardBytes);
      assertThat(place.toFile().mkdir()).isTrue();
      try (Checkpoint checkpoint =
          Stored.FILES.open(Stored.write(place, tensors, shardBytes, Map.of()))) {
        Stored.requireIn(checkpoint, tensors);
      }
    }
  }

  @Test
  void of_unknownFormat_listsThoseThereAre() {
    assertThatThrownBy(() -> CheckpointOutput.of(Stored.REGISTRY, "gguf", 1))
        .isInstanceOf(ProviderException.class)
        .hasMessageContaining("no checkpoint format gguf; there are: ")
        .hasMessageContaining("safetensors");
  }

  @Test
  void named_byEnding_findsTheFormat() {
    Path file = folder.resolve("half.safetensors");
    CheckpointOutput output = CheckpointOutput.named(Stored.REGISTRY, file, null);
    assertThat(output).isNotNull();
    assertThat(output.fileName()).isEqualTo("half.safetensors");
    assertThat(CheckpointOutput.named(Stored.REGISTRY, folder, null)).isNull();
    assertThat(CheckpointOutput.named(Stored.REGISTRY, folder.resolve("merged-1.5"), null))
        .isNull();
  }

  @Test
  void names_ofFiles_areTakenApart() {
    ShardNames names = ShardNames.of("pytorch_model.bin");
    assertThat(names.index()).isEqualTo("pytorch_model.bin.index.json");
    assertThat(names.shard(2, 13)).isEqualTo("pytorch_model-00002-of-00013.bin");
    assertThat(ShardNames.of(names.index())).isEqualTo(names);
    assertThat(List.of("pytorch_model.bin", names.index(), names.shard(1, 2)))
        .allMatch(names::include);
    assertThat(List.of("model.bin", "pytorch_model.py", "pytorch_model-1-of-2.bin"))
        .noneMatch(names::include);
    assertThat(ShardNames.of("weights").shard(1, 1)).isEqualTo("weights-00001-of-00001");
  }
}
