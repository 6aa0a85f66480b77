package dev.pleas.cli.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelMapTest {
  @TempDir Path folder;

  private LabelMap map(String json) throws IOException {
    return LabelMap.read(Files.writeString(folder.resolve("labels.json"), json));
  }

  @Test
  void read_namesAndNumbers_areClassNames() throws IOException {
    LabelMap map = map("{\"lo\": [\"t-shirt\", 7], \"hi\": [\"boot\"]}");
    assertThat(map.classes())
        .containsEntry("lo", List.of("t-shirt", "7"))
        .containsEntry("hi", List.of("boot"));
    assertThat(map.classes().keySet()).containsExactly("lo", "hi");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[1]|: expected {\"NAME\": [\"CLASS\", …], …}, found [1]",
        "{}|: expected {\"NAME\": [\"CLASS\", …], …}, found {}",
        "{\"a\": \"b\"}|: a: expected a list of class names, found \"b\"",
        "{\"a\": []}|: a: expected a list of class names, found []",
        "{\"a\": [\"x\", true]}|: a: class 1: expected a name, found true",
        "{\"a\": [\"x\", \" \"]}|: a: class 1: expected a name, found \" \"",
        "{\"a\": [\"x\", null]}|: a: class 1: expected a name, found null",
        "{\"a\": [\"x\", \"y\", \"x\"]}|: a: classes 0 and 2 are both named x; names must be unique"
            + " within a network",
        "{\"a\": [\"x\"], \"a\": [\"y\"]}|, line 1: not JSON: Duplicate field 'a'; expected"
            + " {\"NAME\": [\"CLASS\", …], …}",
        "{\"a\": [\"x\"|, line 1: not JSON: Unexpected end-of-input: expected close marker for Array;"
            + " expected {\"NAME\": [\"CLASS\", …], …}",
      })
  void read_badFile_namesItWhatWasFoundAndWhatIsExpected(String json, String message) {
    assertThatThrownBy(() -> map(json))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("label map " + folder.resolve("labels.json") + message);
  }

  @Test
  void read_fileThatIsNoText_saysSo() throws IOException {
    Path file = Files.write(folder.resolve("l.json"), new byte[] {'{', (byte) 0xff});
    assertThatThrownBy(() -> LabelMap.read(file))
        .hasMessage(
            "label map "
                + file
                + ": not a text file in UTF-8; expected {\"NAME\": [\"CLASS\", …], …}");
    Path none = folder.resolve("none.json");
    assertThatThrownBy(() -> LabelMap.read(none))
        .hasMessage("label map " + none + ": there is no such file");
  }
}
