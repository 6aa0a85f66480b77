package dev.pleas.models.pytorch;

import dev.pleas.api.error.CheckpointException;
import dev.pleas.models.file.CheckpointFile;
import dev.pleas.models.file.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a zip archive by name, and where their bytes are. Names are only looked up; no
 * file is made of an entry.
 */
final class ArchiveDirectory {
  /** Some 100 bytes are needed for an entry. */
  private static final int MAX_BYTES = 16 << 20;

  private static final int LOCAL_HEADER = 0x04034b50;
  private static final int LOCAL_HEADER_BYTES = 30;

  private final Path path;
  private final FileChannel channel;
  private final Map<String, ZipArchiveEntry> entries;

  private ArchiveDirectory(Path path, FileChannel channel, Map<String, ZipArchiveEntry> entries) {
    this.path = path;
    this.channel = channel;
    this.entries = entries;
  }

  /**
   * Reads the directory at the end of an archive.
   *
   * @throws CheckpointException if there is none, it is damaged or has a name twice
   */
  static ArchiveDirectory read(Path path, FileChannel channel) {
    Map<String, ZipArchiveEntry> entries = new HashMap<>();
    try (ZipFile zip =
        ZipFile.builder()
            .setSeekableByteChannel(new BoundedPages(channel, MAX_BYTES))
            .setIgnoreLocalFileHeader(true)
            .get()) {
      for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
        if (entries.put(entry.getName(), entry) != null) {
          throw new IOException("two entries called " + entry.getName());
        }
      }
    } catch (IOException | RuntimeException e) { // the library throws both for damaged archives
      throw new CheckpointException(
          path
              + ": expected a zip archive, as PyTorch writes it, found a damaged one: "
              + (e.getCause() == null ? e : e.getCause())
                  .getMessage() // the outer names our channel
              + ": it is truncated or was changed; fetch it again",
          e);
    }
    return new ArchiveDirectory(path, channel, entries);
  }

  /** Returns the names of the entries. */
  Set<String> names() {
    return Collections.unmodifiableSet(entries.keySet());
  }

  /**
   * Returns where the bytes of an entry are, or null if there is no such entry.
   *
   * @throws CheckpointException if they are compressed, encrypted or not in the file
   */
  @Nullable Extent find(String name) throws IOException {
    @Nullable ZipArchiveEntry entry = entries.get(name);
    if (entry == null) {
      return null;
    }
    if (entry.getMethod() != ZipArchiveEntry.STORED
        || entry.getGeneralPurposeBit().usesEncryption()) {
      throw new CheckpointException(
          path
              + ": expected entries that are stored as they are, found "
              + name
              + " compressed or encrypted: the file was packed anew; load it with PyTorch and save it"
              + " again");
    }
    long header = entry.getLocalHeaderOffset();
    long bytes = entry.getSize();
    long fileBytes = channel.size();
    if (header < 0 || header > fileBytes - LOCAL_HEADER_BYTES || bytes < 0) {
      throw outside(name);
    }
    ByteBuffer local = CheckpointFile.bytes(channel, header, LOCAL_HEADER_BYTES);
    if (local.remaining() < LOCAL_HEADER_BYTES || local.getInt(0) != LOCAL_HEADER) {
      throw outside(name);
    }
    int nameBytes = local.getShort(26) & 0xffff;
    int extraBytes = local.getShort(28) & 0xffff;
    long begin = header + LOCAL_HEADER_BYTES + nameBytes + extraBytes;
    if (begin > fileBytes || bytes > fileBytes - begin) {
      throw outside(name);
    }
    return new Extent(begin, begin + bytes);
  }

  private CheckpointException outside(String name) {
    return new CheckpointException(
        path
            + ": expected entry "
            + name
            + " inside the file, found a place where it cannot be: the file is truncated or damaged;"
            + " fetch it again");
  }
}
