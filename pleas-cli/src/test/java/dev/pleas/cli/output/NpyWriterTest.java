package dev.pleas.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.CheckpointException;
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
    try (NpyWriter npy = NpyWriter.create(file, Shape.of(2, 3), false)) {
      npy.write(new float[] {0.0f, 1.5f, -2.25f});
      npy.write(new float[] {3e-38f, Float.POSITIVE_INFINITY, Float.NaN});
    }
    assertThat(file).hasBinaryContent(numpy("matrix-2x3.npy"));
  }

  @Test
  void write_noRows_isWhatNumPyWrites() throws IOException {
    Path file = folder.resolve("a.npy");
    NpyWriter.create(file, Shape.of(0, 7), false).close();
    assertThat(file).hasBinaryContent(numpy("matrix-0x7.npy"));
  }

  @Test
  void write_manyRows_isWhatNumPyWrites() throws IOException {
    Path file = folder.resolve("a.npy");
    try (NpyWriter npy = NpyWriter.create(file, Shape.of(1000, 1), false)) {
      for (int i = 0; i < 1000; i++) {
        npy.write(new float[] {i});
      }
    }
    assertThat(file).hasBinaryContent(numpy("matrix-1000x1.npy"));
  }

  @Test
  void close_withElementsMissing_leavesNothing() throws IOException {
    try (NpyWriter npy = NpyWriter.create(folder.resolve("a.npy"), Shape.of(2, 3), false)) {
      npy.write(new float[3]);
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void create_existingFile_refusesWithoutForce() throws IOException {
    Path file = Files.writeString(folder.resolve("a.npy"), "precious");
    assertThatThrownBy(() -> NpyWriter.create(file, Shape.of(0, 1), false))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": exists; choose another file, or replace it with --force");
    assertThat(file).hasContent("precious");
    NpyWriter.create(file, Shape.of(0, 1), true).close();
    assertThat(Files.size(file)).isEqualTo(128);
  }

  private static byte[] numpy(String name) throws IOException {
    try (InputStream in = NpyWriterTest.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }
}
