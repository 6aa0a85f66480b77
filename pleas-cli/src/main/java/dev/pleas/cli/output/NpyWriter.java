package dev.pleas.cli.output;

import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.file.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Writes a float32 array row by row as NumPy's .npy, version 1.0, in C order. */
public final class NpyWriter {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final int ALIGNMENT = 64;

  private final AtomicFile file;
  private long missing;

  private NpyWriter(AtomicFile file, long elements) {
    this.file = file;
    missing = elements;
  }

  /**
   * Writes a file: complete, or not at all. An existing file is replaced.
   *
   * @param shape of the array
   * @param content writes all elements
   * @throws CheckpointException if it cannot be written; what {@code content} throws passes through
   * @throws IllegalStateException if {@code content} wrote more or fewer elements
   */
  public static void write(Path path, Shape shape, Consumer<NpyWriter> content) {
    AtomicFile.write(
        path,
        file -> {
          file.write(ByteBuffer.wrap(header(shape)));
          NpyWriter npy = new NpyWriter(file, shape.elements());
          try {
            content.accept(npy);
          } catch (UncheckedIOException e) {
            throw e.getCause();
          }
          if (npy.missing != 0) {
            throw new IllegalStateException(
                path + ": " + npy.missing + " of " + shape.elements() + " elements are missing");
          }
        });
  }

  /**
   * The magic, the header's length, and the header, padded with spaces to a multiple of 64 bytes.
   */
  static byte[] header(Shape shape) {
    String lengths = shape.toList().stream().map(String::valueOf).collect(Collectors.joining(", "));
    String dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + lengths + "), }";
    int unpadded = MAGIC.length + 2 + dictionary.length() + 1;
    int padding = Math.floorMod(-unpadded, ALIGNMENT);
    String padded = dictionary + " ".repeat(padding) + "\n";
    return ByteBuffer.allocate(unpadded + padding)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .putShort((short) padded.length())
        .put(padded.getBytes(StandardCharsets.US_ASCII))
        .array();
  }

  /** Writes further elements, row-major. */
  public void write(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    try {
      file.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    missing -= values.length;
  }
}
