package dev.pleas.models.file;

import dev.pleas.api.error.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes a file so that it is complete or not there: into a temporary file beside it, forced to the
 * disk, then renamed. Whatever fails, the temporary file is removed and the target is as it was. A
 * killed process can leave a temporary file behind, {@code .name.pid-count.tmp}, and nothing else.
 */
public final class AtomicFile {
  private static final AtomicLong COUNTER = new AtomicLong();

  /**
   * The JDK copies what it writes outside the heap and keeps a buffer of that size for the thread.
   */
  private static final int MOST_BYTES_AT_ONCE = 1 << 20;

  private final FileChannel channel;

  private AtomicFile(FileChannel channel) {
    this.channel = channel;
  }

  /** Gives the content. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of it. */
    void writeTo(AtomicFile file) throws IOException;
  }

  /**
   * Refuses what can be seen not to be a file that can be written, existing or not.
   *
   * @return the folder that it is in
   * @throws CheckpointException if it is a folder, or in none
   */
  public static Path check(Path path) {
    if (Files.isDirectory(path)) {
      throw new CheckpointException(path + ": is a folder; give the name of a file");
    }
    Path folder = path.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new CheckpointException(path + ": there is no folder " + folder + "; create it first");
    }
    return folder;
  }

  /**
   * Writes a file.
   *
   * @throws CheckpointException if it cannot be written; what {@code content} throws passes through
   */
  public static void write(Path path, Content content) {
    Path folder = check(path);
    Path target = path.toAbsolutePath();
    try {
      Path temporary = temporary(target);
      try {
        fill(temporary, content);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
      force(folder);
    } catch (AccessDeniedException e) {
      throw new CheckpointException(
          path + ": cannot be written: no permission to write " + e.getFile(), e);
    } catch (IOException e) {
      throw new CheckpointException(
          path + ": cannot be written: " + e + "; what was there before is untouched", e);
    }
  }

  /** Returns the name of a file that is not there; a killed process may have left some behind. */
  private static Path temporary(Path target) {
    while (true) {
      Path candidate =
          target.resolveSibling(
              "."
                  + target.getFileName()
                  + "."
                  + ProcessHandle.current().pid()
                  + "-"
                  + COUNTER.incrementAndGet()
                  + ".tmp");
      if (!Files.exists(candidate)) {
        return candidate;
      }
    }
  }

  private static void fill(Path temporary, Content content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      content.writeTo(new AtomicFile(channel));
      channel.force(true);
    }
  }

  /** Makes the new name durable, where the system lets folders be opened (Windows does not). */
  private static void force(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // The file is complete; its name is as durable as the system makes it.
    }
  }

  /** Appends the remaining bytes of a buffer. */
  public void write(ByteBuffer bytes) throws IOException {
    int end = bytes.limit();
    while (bytes.position() < end) {
      bytes.limit(Math.min(end, bytes.position() + MOST_BYTES_AT_ONCE));
      channel.write(bytes);
      bytes.limit(end);
    }
  }

  /**
   * Returns the file, for writers that go back to fill in what they know only later. To be written
   * in pieces of at most a mebibyte; not to be closed.
   */
  public SeekableByteChannel channel() {
    return channel;
  }
}
