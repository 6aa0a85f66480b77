package dev.pleas.models.checkpoint;

import static dev.pleas.models.checkpoint.Stored.info;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.DType;
import dev.pleas.models.file.FormatFuzzer;
import dev.pleas.models.file.Mutations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damaged indexes beside sound shards; see {@link FormatFuzzer}. */
@Timeout(3600)
class IndexFuzzTest {
  private static final List<byte[]> WORDS =
      Stream.of(
              "weight_map",
              "metadata",
              "total_size",
              "..",
              "/",
              "\\",
              "null",
              "\"",
              "{",
              "}",
              "[",
              ",",
              ":",
              "model.safetensors.index.json",
              "1e999",
              "\u0000")
          .map(word -> word.getBytes(StandardCharsets.UTF_8))
          .toList();

  @TempDir private Path folder;

  @Test
  void open_damagedIndexes_areReadOrRefused() throws IOException {
    Path shards = Files.createDirectory(folder.resolve("shards"));
    Path index =
        Stored.write(
            shards,
            Stored.random(
                Map.of(
                    "first", info(DType.F32, 40),
                    "second", info(DType.F16, 9, 5),
                    "third", info(DType.I64, 30))),
            200,
            Map.of());
    byte[] sound = Files.readAllBytes(index);
    byte[] other =
        "{\"metadata\": {}, \"weight_map\": {\"first\": \"x/../second.safetensors\"}}"
            .getBytes(StandardCharsets.UTF_8);
    new FormatFuzzer(path -> open(path, index), folder)
        .run(random -> new Mutations(random, WORDS).of(sound, other));
  }

  /** Takes a file for the index of the shards. */
  private static Checkpoint open(Path path, Path place) {
    try {
      Files.copy(path, place, StandardCopyOption.REPLACE_EXISTING);
      return Stored.FILES.open(place);
    } catch (CheckpointException e) {
      // As the fuzzer expects it, of the file that it wrote.
      String message = String.valueOf(e.getMessage());
      if (!message.startsWith(place + ": ")) {
        throw new AssertionError("the index is not named: " + message, e);
      }
      throw new CheckpointException(path + message.substring(place.toString().length()), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
