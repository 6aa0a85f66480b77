package dev.pleas.models.safetensors;

import dev.pleas.api.error.CheckpointException;
import dev.pleas.models.file.CheckpointFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Reads a header and proves that it describes the file. */
final class HeaderReader {
  private HeaderReader() {}

  /**
   * Reads the header of a file.
   *
   * @throws CheckpointException if any rule of the format is broken
   */
  static Header read(Path path, FileChannel channel) throws IOException {
    long fileBytes = channel.size();
    FileStart.refusePyTorch(path, channel);
    if (fileBytes < SafetensorsFormat.LENGTH_BYTES) {
      throw new CheckpointException(
          path
              + ": expected a safetensors file, which has at least 8 bytes, found "
              + fileBytes
              + ": the file is empty or the download incomplete; fetch it again");
    }
    long headerBytes = CheckpointFile.bytes(channel, 0, SafetensorsFormat.LENGTH_BYTES).getLong();
    if (headerBytes < 0 || headerBytes > SafetensorsFormat.MAX_HEADER_BYTES) {
      throw new CheckpointException(
          path
              + ": expected a header of at most "
              + SafetensorsFormat.MAX_HEADER_BYTES
              + " bytes, found a header length of "
              + Long.toUnsignedString(headerBytes)
              + ": this is no safetensors file, or its start is damaged");
    }
    long dataStart = SafetensorsFormat.LENGTH_BYTES + headerBytes;
    if (dataStart > fileBytes) {
      throw new CheckpointException(
          path
              + ": expected a header of "
              + headerBytes
              + " bytes after the first 8, found "
              + (fileBytes - SafetensorsFormat.LENGTH_BYTES)
              + ": the file is truncated (fetch it again) or no safetensors file");
    }
    ByteBuffer start = CheckpointFile.bytes(channel, 0, (int) dataStart);
    if (start.remaining() != dataStart) {
      throw new CheckpointException(
          path
              + ": expected "
              + dataStart
              + " bytes of header, could read "
              + start.remaining()
              + ": the file is changing while it is read");
    }
    Header header =
        HeaderParser.parse(
            path, decode(path, start.position(SafetensorsFormat.LENGTH_BYTES)), dataStart);
    checkCoverage(path, header, fileBytes - dataStart);
    return header;
  }

  private static String decode(Path path, ByteBuffer utf8) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(utf8)
          .toString();
    } catch (CharacterCodingException e) {
      throw new CheckpointException(
          path
              + ": expected a header in UTF-8, found other bytes: this is no safetensors file, or it is"
              + " damaged",
          e);
    }
  }

  /** Every byte of the data belongs to exactly one tensor. */
  private static void checkCoverage(Path path, Header header, long dataBytes) {
    long covered = 0;
    String before = "the header";
    for (Header.Entry entry : header.inDataOrder()) {
      if (entry.end() > dataBytes) {
        throw new CheckpointException(
            path
                + ": tensor "
                + entry.name()
                + ": expected data at bytes "
                + entry.begin()
                + " to "
                + entry.end()
                + ", found "
                + dataBytes
                + " bytes of data in the file: it is truncated; fetch it again");
      }
      if (entry.begin() != covered) {
        String what = entry.begin() < covered ? "overlaps " : "leaves a hole after ";
        throw new CheckpointException(
            path
                + ": tensor "
                + entry.name()
                + ": expected data from byte "
                + covered
                + ", found "
                + entry.begin()
                + ", which "
                + what
                + before
                + ": the file is damaged or was written by a faulty program; write it again");
      }
      covered = entry.end();
      before = entry.name();
    }
    if (covered != dataBytes) {
      throw new CheckpointException(
          path
              + ": expected "
              + covered
              + " bytes of data, as the header says, found "
              + dataBytes
              + ": something was appended to the file, or its header is damaged");
    }
  }
}
