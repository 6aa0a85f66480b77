package dev.pleas.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.DataException;
import dev.pleas.api.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyWriterTest {
  @TempDir Path folder;

  @Test
  void write_matrix_isWhatNumPyWrites() throws IOException {
    Path file = folder.resolve("a.npy");
    NpyWriter.write(
        file,
        Shape.of(2, 3),
        npy -> {
          npy.write(new float[] {0.0f, 1.5f, -2.25f});
          npy.write(new float[] {3e-38f, Float.POSITIVE_INFINITY, Float.NaN});
        });
    assertThat(file).hasBinaryContent(numpy("matrix-2x3.npy"));
  }

  @Test
  void write_noRows_isWhatNumPyWrites() throws IOException {
    Path file = folder.resolve("a.npy");
    NpyWriter.write(file, Shape.of(0, 7), npy -> {});
    assertThat(file).hasBinaryContent(numpy("matrix-0x7.npy"));
  }

  @Test
  void write_manyRows_isWhatNumPyWrites() throws IOException {
    Path file = folder.resolve("a.npy");
    NpyWriter.write(
        file,
        Shape.of(1000, 1),
        npy -> {
          for (int i = 0; i < 1000; i++) {
            npy.write(new float[] {i});
          }
        });
    assertThat(file).hasBinaryContent(numpy("matrix-1000x1.npy"));
  }

  @Test
  void write_elementsMissing_leavesNothing() {
    assertThatThrownBy(
            () ->
                NpyWriter.write(
                    folder.resolve("a.npy"), Shape.of(2, 3), npy -> npy.write(new float[4])))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("2 of 6 elements are missing");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void write_contentFails_leavesWhatThereWas() throws IOException {
    Path file = Files.writeString(folder.resolve("a.npy"), "precious");
    assertThatThrownBy(
            () ->
                NpyWriter.write(
                    file,
                    Shape.of(2, 3),
                    npy -> {
                      throw new DataException("image 3 is damaged");
                    }))
        .isInstanceOf(DataException.class);
    assertThat(file).hasContent("precious");
    assertThat(folder).isDirectoryNotContaining(found -> !found.equals(file));
  }

  private static byte[] numpy(String name) throws IOException {
    try (InputStream in = NpyWriterTest.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }
}
