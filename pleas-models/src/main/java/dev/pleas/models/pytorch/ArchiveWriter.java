package dev.pleas.models.pytorch;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.models.file.AtomicFile;
import dev.pleas.models.file.CheckpointFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** Writes the archive of a state dict, one tensor in memory at a time. */
final class ArchiveWriter {
  private static final String FOLDER = "archive";
  private static final String VERSION = "3\n";
  private static final String LITTLE_ENDIAN = "little";
  private static final int ALIGNMENT = 64;
  private static final int PIECE_BYTES = 1 << 16;

  /** The first time that a zip archive can express, as PyTorch writes it. */
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private final ZipArchiveOutputStream zip;
  private final byte[] piece = new byte[PIECE_BYTES];

  private ArchiveWriter(AtomicFile file) {
    zip = new ZipArchiveOutputStream(file.channel());
    zip.setMethod(ZipArchiveOutputStream.STORED);
    zip.setUseZip64(Zip64Mode.AsNeeded);
  }

  /**
   * Writes a file, whole or not at all.
   *
   * @throws CheckpointException if it cannot be written
   */
  static void write(
      Path path,
      Map<String, TensorInfo> tensors,
      Function<String, StoredTensor> content,
      Map<String, String> metadata) {
    byte[] pickle = PickleWriter.stateDict(path, tensors);
    refuseTooLarge(path, "names and shapes", pickle);
    AtomicFile.write(
        path,
        file -> {
          ArchiveWriter writer = new ArchiveWriter(file);
          writer.entry(ArchiveLayout.PICKLE, ByteBuffer.wrap(pickle));
          writer.entry(ArchiveLayout.BYTE_ORDER, ascii(LITTLE_ENDIAN));
          int key = 0;
          for (Map.Entry<String, TensorInfo> tensor : tensors.entrySet()) {
            StoredTensor stored =
                CheckpointFile.content(tensor.getKey(), tensor.getValue(), content);
            writer.entry(ArchiveLayout.STORAGES + key++, stored.bytes());
          }
          if (!metadata.isEmpty()) {
            byte[] json = new ObjectMapper().writeValueAsBytes(new TreeMap<>(metadata));
            refuseTooLarge(path, "metadata", json);
            writer.entry(ArchiveLayout.METADATA, ByteBuffer.wrap(json));
          }
          writer.entry(ArchiveLayout.VERSION, ascii(VERSION));
          writer.zip.finish();
        });
  }

  private static void refuseTooLarge(Path path, String what, byte[] bytes) {
    if (bytes.length > ArchiveLayout.MAX_PICKLE_BYTES) {
      throw new CheckpointException(
          path
              + ": the "
              + what
              + " would take "
              + bytes.length
              + " bytes; at most "
              + ArchiveLayout.MAX_PICKLE_BYTES
              + " can be read again: write fewer tensors or less metadata");
    }
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  private void entry(String name, ByteBuffer bytes) throws IOException {
    ZipArchiveEntry entry = new ZipArchiveEntry(FOLDER + name);
    entry.setTimeLocal(TIME);
    entry.setSize(bytes.remaining());
    entry.setAlignment(ALIGNMENT);
    zip.putArchiveEntry(entry);
    while (bytes.hasRemaining()) {
      int length = Math.min(piece.length, bytes.remaining());
      bytes.get(piece, 0, length);
      zip.write(piece, 0, length);
    }
    zip.closeArchiveEntry();
  }
}
