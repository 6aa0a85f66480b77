package dev.pleas.models.safetensors;

import dev.pleas.api.error.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** The first bytes of a file: is it safetensors, and if not, what is it? */
final class FileStart {
  private static final int ZIP = 0x04034b50; // "PK" 3 4, little-endian
  private static final int PICKLE_PROTOCOL = 0x80;

  private FileStart() {}

  /** Returns up to {@code length} bytes from the start of the file, little-endian. */
  static ByteBuffer read(FileChannel channel, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) >= 0) {
      // a read may return fewer bytes than there are
    }
    return buffer.flip();
  }

  /** Returns whether a file begins with a header length that fits it and an opening brace. */
  static boolean isSafetensors(FileChannel channel) throws IOException {
    ByteBuffer start = read(channel, SafetensorsFormat.LENGTH_BYTES + 1);
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
    ByteBuffer start = read(channel, 4);
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
              + "), which this release does not read; if it holds a state dict, convert it with: "
              + conversion(path));
    }
  }

  private static String conversion(Path path) {
    String source = String.valueOf(path.getFileName());
    String target = source.replaceFirst("\\.[^.]*$", "") + ".safetensors";
    return "python -c \"import torch; from safetensors.torch import save_file; save_file({k:"
        + " v.clone().contiguous() for k, v in torch.load('"
        + source
        + "', map_location='cpu', weights_only=True).items()}, '"
        + target
        + "')\"";
  }
}
