package dev.pleas.models.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.error.CheckpointException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever is done to a file, it is read or refused; nothing else happens. */
class MutatedFileTest {
  private static final byte[] VALID =
      RawFile.bytes(
          """
          {"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},\
          "b":{"dtype":"I64","shape":[],"data_offsets":[24,32]},\
          "c":{"dtype":"BF16","shape":[0,4],"data_offsets":[32,32]},\
          "d":{"dtype":"BOOL","shape":[5],"data_offsets":[32,37]}}""",
          37);

  private static Path folder;

  /** Replaces {@code removed} bytes at a position by others, one for each Latin-1 character. */
  private record Edit(int position, int removed, String inserted) {
    byte[] applyTo(byte[] file) {
      int from = Math.min(position, file.length);
      int to = Math.min(from + removed, file.length);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(file, 0, from);
      out.writeBytes(inserted.getBytes(StandardCharsets.ISO_8859_1));
      out.write(file, to, file.length - to);
      return out.toByteArray();
    }
  }

  @BeforeContainer
  static void makeFolder() throws IOException {
    folder = Files.createTempDirectory("mutated");
  }

  @AfterContainer
  static void removeFolder() throws IOException {
    Files.deleteIfExists(folder.resolve("model.safetensors"));
    Files.delete(folder);
  }

  @Provide
  Arbitrary<List<Edit>> edits() {
    Arbitrary<Integer> positions = Arbitraries.integers().between(0, VALID.length);
    Arbitrary<Integer> removed =
        Arbitraries.frequencyOf(
            Tuple.of(8, Arbitraries.integers().between(0, 2)),
            Tuple.of(1, Arbitraries.integers().between(0, VALID.length)));
    Arbitrary<String> telling =
        Arbitraries.of(
            "{", "}", "[", "]", ",", "\"", "-", "9", "0", "e", ".", "F", "null", "\\", " ");
    Arbitrary<String> any = Arbitraries.strings().withCharRange('\0', 'ÿ').ofMaxLength(2);
    return Combinators.combine(positions, removed, Arbitraries.oneOf(telling, any))
        .as(Edit::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3);
  }

  @Property(tries = 1500)
  void open_mutatedFile_readsEverythingOrThrowsACheckpointException(
      @ForAll("edits") List<Edit> edits, @ForAll boolean keepLength) {
    byte[] bytes = VALID;
    for (Edit edit : edits) {
      bytes = edit.applyTo(bytes);
    }
    if (keepLength && bytes.length >= 8) { // else nearly all fail at the first check
      int header = VALID.length - 8 - 37 + bytes.length - VALID.length;
      bytes = Arrays.copyOf(bytes, bytes.length);
      Arrays.fill(bytes, 0, 8, (byte) 0);
      bytes[0] = (byte) header;
      bytes[1] = (byte) (header >> 8);
    }
    Path file = RawFile.write(folder, bytes);
    try (Checkpoint checkpoint = new SafetensorsFormat().open(file)) {
      checkpoint
          .tensors()
          .forEach(
              (name, info) ->
                  assertThat(checkpoint.read(name).values())
                      .hasSize((int) info.shape().elements()));
    } catch (CheckpointException e) {
      assertThat(e).hasMessageStartingWith(file + ": ");
    }
  }
}
