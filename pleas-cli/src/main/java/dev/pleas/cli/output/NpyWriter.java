package dev.pleas.cli.output;

import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.Shape;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes a float32 array row by row as NumPy's .npy, version 1.0, in C order. The file appears when
 * it is complete.
 */
public final class NpyWriter implements AutoCloseable {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final int ALIGNMENT = 64;

  private final Path path;
  private final Path partial;
  private final OutputStream out;
  private long missing;

  private NpyWriter(Path path, Path partial, OutputStream out, long elements) {
    this.path = path;
    this.partial = partial;
    this.out = out;
    missing = elements;
  }

  /**
   * Begins a file; after this, writing is known to be possible.
   *
   * @param shape of the array
   * @param force whether to replace a file
   * @throws CheckpointException if it exists and may not be replaced, or cannot be written
   */
  public static NpyWriter create(Path path, Shape shape, boolean force) {
    if (Files.exists(path) && !force) {
      throw new CheckpointException(
          path + ": exists; choose another file, or replace it with --force");
    }
    Path target = path.toAbsolutePath();
    Path partial = target.resolveSibling("." + target.getFileName() + ".partial");
    @Nullable OutputStream out = null;
    try {
      out = new BufferedOutputStream(Files.newOutputStream(partial));
      out.write(header(shape));
      return new NpyWriter(target, partial, out, shape.elements());
    } catch (IOException e) {
      throw new CheckpointException(path + ": cannot be written: " + e, e);
    }
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

  /**
   * Writes further elements, row-major.
   *
   * @throws CheckpointException if they cannot be written
   */
  public void write(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    try {
      out.write(bytes.array());
    } catch (IOException e) {
      throw new CheckpointException(path + ": cannot be written: " + e.getMessage(), e);
    }
    missing -= values.length;
  }

  /**
   * Makes the file appear if every element was written; removes it otherwise.
   *
   * @throws CheckpointException if it cannot be written
   */
  @Override
  public void close() {
    try {
      out.close();
      if (missing == 0) {
        Files.move(
            partial, path, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw new CheckpointException(path + ": cannot be written: " + e.getMessage(), e);
    } finally {
      try {
        Files.deleteIfExists(partial);
      } catch (IOException e) {
        // It was renamed, or is left for the person to remove.
      }
    }
  }
}
