package dev.pleas.models.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** What Pillow and torchvision made of the images beside it; make_references.py wrote it. */
final class References {
  private final List<String[]> rows;
  private final ByteBuffer samples;

  private References(List<String[]> rows, ByteBuffer samples) {
    this.rows = rows;
    this.samples = samples;
  }

  /** Reads a table; its samples are to be taken row after row. */
  static References load(String name) throws IOException {
    String text = new String(resource(name + ".tsv"), StandardCharsets.UTF_8);
    List<String[]> rows = text.lines().skip(1).map(line -> line.split("\t", -1)).toList();
    assertThat(rows).as("rows of %s.tsv", name).isNotEmpty();
    ByteBuffer samples = ByteBuffer.wrap(resource(name + ".bin")).order(ByteOrder.LITTLE_ENDIAN);
    return new References(rows, samples);
  }

  List<String[]> rows() {
    return rows;
  }

  byte[] nextBytes(int length) {
    byte[] next = new byte[length];
    samples.get(next);
    return next;
  }

  float[] nextFloats(int length) {
    float[] next = new float[length];
    for (int i = 0; i < length; i++) {
      next[i] = samples.getFloat();
    }
    return next;
  }

  /** Asserts that every sample has been taken. */
  void assertExhausted() {
    assertThat(samples.remaining()).as("samples left over").isZero();
  }

  static Path image(String file) {
    URL url = References.class.getResource("images/" + file);
    assertThat(url).as(file).isNotNull();
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] resource(String file) throws IOException {
    try (InputStream in = References.class.getResourceAsStream(file)) {
      assertThat(in).as(file).isNotNull();
      return in.readAllBytes();
    }
  }
}
