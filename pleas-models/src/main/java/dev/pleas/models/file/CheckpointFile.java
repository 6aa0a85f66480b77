package dev.pleas.models.file;

import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Steps that every format takes when it opens, recognises or writes a file. */
public final class CheckpointFile {
  private CheckpointFile() {}

  /** Reads something from an open file. */
  @FunctionalInterface
  public interface Reader<T> {
    /** Reads it; the channel is closed afterwards. */
    T read(FileChannel channel) throws IOException;
  }

  /**
   * Opens a file and reads from it.
   *
   * @param expected what the file should be, as in "a safetensors file"
   * @throws CheckpointException if it is missing, a folder, or cannot be read
   */
  public static <T> T read(Path path, String expected, Reader<T> reader) {
    if (!Files.exists(path)) {
      throw new CheckpointException(path + ": no such file");
    }
    if (Files.isDirectory(path)) {
      throw new CheckpointException(
          path + ": expected " + expected + ", found a folder: name the file in it");
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return reader.read(channel);
    } catch (IOException e) {
      throw new CheckpointException(path + ": cannot be read: " + e, e);
    } catch (InternalError e) { // how the JVM reports a page of a mapped file that is gone
      throw new CheckpointException(
          path + ": was truncated, or its disk failed, while it was opened; fetch it again", e);
    }
  }

  /** Returns up to {@code length} bytes from a position of the file on, little-endian. */
  public static ByteBuffer bytes(FileChannel channel, long position, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) >= 0) {
      // a read may return fewer bytes than there are
    }
    return buffer.flip();
  }

  /**
   * Asks for the content of a tensor that is to be written.
   *
   * @param announced its type and shape
   * @throws IllegalArgumentException if it is given in another type or shape
   */
  public static StoredTensor content(
      String name, TensorInfo announced, Function<String, StoredTensor> content) {
    StoredTensor tensor = content.apply(name);
    if (!tensor.info().equals(announced)) {
      throw new IllegalArgumentException(
          name + ": announced as " + describe(announced) + ", given as " + describe(tensor.info()));
    }
    return tensor;
  }

  private static String describe(TensorInfo info) {
    return info.dtype() + " " + info.shape();
  }

  /**
   * Returns where a file really is if that is outside of the folder of another, to which it
   * belongs; null if it is inside. It may be a link only to where the other is one to: caches keep
   * all files of a checkpoint in another folder, and link to them.
   *
   * @param owner exists
   * @param path exists
   * @throws IOException if one of them does not
   */
  public static @Nullable Path outside(Path owner, Path path) throws IOException {
    Path real = path.toRealPath();
    boolean inside =
        real.startsWith(owner.resolveSibling(".").toRealPath())
            || real.startsWith(owner.toRealPath().resolveSibling("").normalize());
    return inside ? null : real;
  }
}
