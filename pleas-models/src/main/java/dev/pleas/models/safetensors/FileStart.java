package dev.pleas.models.safetensors;

import dev.pleas.api.error.CheckpointException;
import dev.pleas.models.file.CheckpointFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** The first bytes of a file: is it safetensors, and if not, what is it? */
final class FileStart {
  private static final int ZIP = 0x04034b50; // "PK" 3 4, little-endian
  private static final int PICKLE_PROTOCOL = 0x80;

  private FileStart() {}

  /** Returns whether a file begins with a header length that fits it and an opening brace. */
  static boolean isSafetensors(FileChannel channel) throws IOException {
    ByteBuffer start = CheckpointFile.bytes(channel, 0, SafetensorsFormat.LENGTH_BYTES + 1);
    if (start.limit() <= SafetensorsFormat.LENGTH_BYTES) {
      return false;
    }
    long headerBytes = start.getLong();
    return headerBytes >= 0
        && headerBytes <= SafetensorsFormat.MAX_HEADER_BYTES
        && headerBytes <= channel.size() - SafetensorsFormat.LENGTH_BYTES
        && start.get() == '{';
  }

  /**
   * Throws if the file is one that PyTorch wrote: a zip archive, or before version 1.6 a pickle.
   */
  static void refusePyTorch(Path path, FileChannel channel) throws IOException {
    ByteBuffer start = CheckpointFile.bytes(channel, 0, 4);
    if (start.limit() < 4 || isSafetensors(channel)) {
      return;
    }
    boolean zip = start.getInt(0) == ZIP;
    boolean pickle =
        (start.get(0) & 0xff) == PICKLE_PROTOCOL && start.get(1) >= 2 && start.get(1) <= 5;
    if (zip || pickle) {
      throw new CheckpointException(
          path
              + (": expected a safetensors file, found a PyTorch file (" + (zip ? "zip" : "pickle"))
              + "): give it a name that ends in .pth, and it is read as one");
    }
  }
}
