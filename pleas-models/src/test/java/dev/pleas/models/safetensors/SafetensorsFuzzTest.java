package dev.pleas.models.safetensors;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pleas.models.file.FormatFuzzer;
import dev.pleas.models.file.Mutations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damaged safetensors files; see {@link FormatFuzzer}. */
@Timeout(3600)
class SafetensorsFuzzTest {
  private static final Path FOLDER = Path.of("src/test/resources/dev/pleas/models/safetensors");
  private static final List<byte[]> WORDS =
      Stream.of(
              "{",
              "}",
              "[",
              "]",
              ",",
              ":",
              "\"",
              "-",
              "9",
              "0",
              "e9",
              ".",
              "null",
              "\\u0000",
              "[[[[",
              "\"__metadata__\"",
              "\"dtype\":\"F32\"",
              "\"shape\":[]",
              "\"data_offsets\":[0,0]",
              "9223372036854775807",
              "2147483647",
              "1e400")
          .map(word -> word.getBytes(UTF_8))
          .toList();

  @TempDir private Path folder;

  @Test
  void open_damagedFiles_areReadOrRefused() throws IOException {
    byte[] types = Files.readAllBytes(FOLDER.resolve("all-types.safetensors"));
    byte[] odd = Files.readAllBytes(FOLDER.resolve("odd.safetensors"));
    new FormatFuzzer(new SafetensorsFormat(), folder)
        .run(
            random ->
                random.nextBoolean()
                    ? new Mutations(random, WORDS).of(types, odd)
                    : withLength(new Mutations(random, WORDS).of(odd, types), odd, random));
  }

  /** Makes the header as much longer or shorter as the file is, so that damage reaches the JSON. */
  private static byte[] withLength(byte[] damaged, byte[] sound, SplittableRandom random) {
    if (damaged.length < 8 || random.nextInt(4) == 0) {
      return damaged;
    }
    ByteBuffer bytes = ByteBuffer.wrap(damaged.clone()).order(ByteOrder.LITTLE_ENDIAN);
    long header = ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return bytes.putLong(header + damaged.length - sound.length).array();
  }
}
