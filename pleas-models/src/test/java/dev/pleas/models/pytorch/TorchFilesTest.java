package dev.pleas.models.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.error.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that PyTorch wrote, and what PyTorch says is in them (make_files.py). */
class TorchFilesTest {
  private static final PyTorchFormat FORMAT = new PyTorchFormat();
  private static final Path FOLDER = Path.of("src/test/resources/dev/pleas/models/pytorch");

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      List<Path> found =
          files.filter(file -> file.toString().matches(".*\\.(pth|ckpt)")).sorted().toList();
      assertThat(found).hasSizeGreaterThan(15);
      return found;
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void open_fileOfPyTorch_givesItsTensors(Path file) throws IOException {
    Path said = Path.of(file.toString().replaceFirst("\\.[a-z]+$", ".json"));
    JsonNode expected = new ObjectMapper().readTree(said.toFile());
    List<String> names = new ArrayList<>();
    expected.fieldNames().forEachRemaining(names::add);

    assertThat(FORMAT.recognizes(file)).isTrue();
    try (Checkpoint checkpoint = FORMAT.open(file)) {
      assertThat(checkpoint.tensors().keySet()).containsExactlyElementsOf(names);
      assertThat(checkpoint.metadata()).isEmpty();
      for (String name : names) {
        StoredTensor stored = checkpoint.stored(name);
        JsonNode tensor = expected.get(name);
        assertThat(stored.info()).as(name).isEqualTo(checkpoint.tensors().get(name));
        assertThat(stored.info().dtype()).as(name).hasToString(tensor.get("dtype").asText());
        assertThat(stored.info().shape().toList())
            .as(name)
            .isEqualTo(
                StreamSupport.stream(tensor.get("shape").spliterator(), false)
                    .map(JsonNode::asInt)
                    .toList());
        assertThat(hex(stored.bytes())).as(name).isEqualTo(tensor.get("content").asText());
        checkpoint.read(name);
      }
    }
  }

  private static String hex(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return HexFormat.of().formatHex(copy);
  }

  static Stream<Arguments> refused() throws IOException {
    JsonNode words = new ObjectMapper().readTree(FOLDER.resolve("refused.json").toFile());
    return words.properties().stream()
        .map(
            entry ->
                Arguments.of(
                    FOLDER.resolve("refused").resolve(entry.getKey()),
                    StreamSupport.stream(entry.getValue().spliterator(), false)
                        .map(JsonNode::asText)
                        .toList()));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void open_fileThatCannotBeRead_saysWhyAndRunsNothing(Path file, List<String> words) {
    assertThatThrownBy(() -> FORMAT.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(file + ": ")
        .satisfies(thrown -> assertThat(thrown.getMessage()).contains(words));
    assertThat(Path.of("executed-by-pickle")).doesNotExist();
  }

  @ParameterizedTest
  @MethodSource("refused")
  void recognizes_fileOfPyTorch_evenIfItCannotBeRead(Path file, List<String> words) {
    assertThat(FORMAT.recognizes(file)).isTrue();
  }
}
