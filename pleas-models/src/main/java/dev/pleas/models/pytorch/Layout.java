package dev.pleas.models.pytorch;

import dev.pleas.models.file.CheckpointFile;
import dev.pleas.models.file.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Map;

/** One of the two ways in which PyTorch puts a pickle and storages into a file. */
interface Layout {
  /** Returns the object that was saved. */
  Value root();

  /** Returns the strings that were saved with it; empty if there is no place for them. */
  Map<String, String> metadata();

  /**
   * Returns where a storage lies. Its length is what the pickle says.
   *
   * @throws dev.pleas.api.error.CheckpointException if it is missing or of another length
   */
  Extent place(Value.Storage storage) throws IOException;

  /** What the first bytes of a file say of it. */
  enum Kind {
    ARCHIVE,
    PICKLE,
    /** A length and a brace, as in safetensors. */
    JSON_HEADER,
    UNKNOWN;

    private static final int ZIP = 0x04034b50; // "PK" 3 4, little-endian
    private static final int PICKLE_PROTOCOL = 0x80;
    private static final int LENGTH_BYTES = 8;

    /** Returns what a file looks like. */
    static Kind of(FileChannel channel) throws IOException {
      ByteBuffer start = CheckpointFile.bytes(channel, 0, LENGTH_BYTES + 1);
      if (start.remaining() > LENGTH_BYTES && start.get(LENGTH_BYTES) == '{') {
        return JSON_HEADER;
      }
      if (start.remaining() >= Integer.BYTES && start.getInt(0) == ZIP) {
        return ARCHIVE;
      }
      boolean pickle =
          start.remaining() >= 2
              && (start.get(0) & 0xff) == PICKLE_PROTOCOL
              && start.get(1) >= 2
              && start.get(1) <= 5;
      return pickle ? PICKLE : UNKNOWN;
    }
  }
}
