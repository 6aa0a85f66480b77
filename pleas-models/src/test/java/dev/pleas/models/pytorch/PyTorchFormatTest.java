package dev.pleas.models.pytorch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.models.file.Truncation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PyTorchFormatTest {
  private static final PyTorchFormat FORMAT = new PyTorchFormat();
  private static final Path FIXTURES = Path.of("src/test/resources/dev/pleas/models/pytorch");

  @TempDir private Path folder;

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  @Test
  void recognizes_filesOfPyTorch_underAnyName() throws IOException {
    for (String fixture : new String[] {"types.pth", "types-legacy.pth"}) {
      byte[] content = Files.readAllBytes(FIXTURES.resolve(fixture));
      for (String name : new String[] {"a.pth", "b.bin", "c", "d.safetensors"}) {
        assertThat(FORMAT.recognizes(file(name, content))).as("%s as %s", fixture, name).isTrue();
      }
    }
  }

  @Test
  void recognizes_otherFiles_onlyByName() throws IOException {
    byte[] text = "some text".getBytes(UTF_8);
    for (String name : new String[] {"a.pth", "b.PT", "c.ckpt", "pytorch_model.bin"}) {
      assertThat(FORMAT.recognizes(file(name, text))).as(name).isTrue();
      assertThat(FORMAT.recognizes(file(name, new byte[0]))).as(name).isTrue();
      assertThat(FORMAT.recognizes(folder.resolve("missing-" + name)))
          .as("missing %s", name)
          .isEqualTo(!name.endsWith(".bin"));
    }
    for (String name : new String[] {"a.bin", "b.txt", "pth", "model.bin"}) {
      assertThat(FORMAT.recognizes(file(name, text))).as(name).isFalse();
    }
    assertThat(FORMAT.recognizes(Files.createDirectory(folder.resolve("folder.pth")))).isFalse();
  }

  @Test
  void recognizes_filesOfOtherFormatsUnderItsNames_leavesThemToThose() throws IOException {
    byte[] safetensors = Arrays.copyOf(new byte[] {2, 0, 0, 0, 0, 0, 0, 0, '{', '}'}, 10);
    assertThat(FORMAT.recognizes(file("a.pth", safetensors))).isFalse();
    Path zip = Pickle.archive(folder, Map.of("word/document.xml", new byte[3]));
    assertThat(FORMAT.recognizes(zip)).isFalse();
    byte[] whole = Files.readAllBytes(FIXTURES.resolve("types.pth"));
    assertThat(FORMAT.recognizes(file("cut.pth", Arrays.copyOf(whole, 1000)))).isTrue();
    assertThat(FORMAT.recognizes(file("cut.zip", Arrays.copyOf(whole, 1000)))).isFalse();
  }

  @Test
  void open_whatIsNoPyTorchFile_saysSo() throws IOException {
    assertThatThrownBy(() -> FORMAT.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(folder + ": expected a PyTorch file, found a folder: name the file in it");
    Path text = file("text.pth", "some text".getBytes(UTF_8));
    assertThatThrownBy(() -> FORMAT.open(text))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            text
                + ": expected a PyTorch file, which begins as a zip archive or a pickle, found another"
                + " beginning: it is of another program, or the download went wrong");
    byte[] whole = Files.readAllBytes(FIXTURES.resolve("types.pth"));
    Path cut = file("cut.pth", Arrays.copyOf(whole, whole.length - 30));
    assertThatThrownBy(() -> FORMAT.open(cut))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("expected a zip archive, as PyTorch writes it, found a damaged one: ")
        .hasMessageEndingWith(": it is truncated or was changed; fetch it again");
  }

  @Test
  void open_legacyFileThatIsCut_saysWhichStorageIsMissing() throws IOException {
    byte[] whole = Files.readAllBytes(FIXTURES.resolve("types-legacy.pth"));
    Path cut = file("cut.pth", Arrays.copyOf(whole, whole.length - 1));
    assertThatThrownBy(() -> FORMAT.open(cut))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("found another number, or only 23 bytes: the file is truncated");
  }

  @Test
  void read_fileThatShrankAfterOpening_doesNotEndTheJvm() throws IOException {
    Path file =
        new Pickle().ops("}(").text("a").tensor("0", 250_000).op('u').archive(folder, 1_000_000);
    try (Checkpoint checkpoint = FORMAT.open(file)) {
      Truncation.requireTold(checkpoint, "a");
    }
  }
}
