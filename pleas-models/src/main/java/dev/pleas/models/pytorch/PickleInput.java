package dev.pleas.models.pytorch;

import dev.pleas.api.error.CheckpointException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The bytes of a pickle, each read once, and where we are in them. */
final class PickleInput {
  /** Names of modules and classes are much shorter. */
  private static final int MAX_LINE_BYTES = 1000;

  private final Path path;
  private final ByteBuffer bytes;

  /**
   * @param bytes from the first byte of the pickle on; what follows it is left alone
   */
  PickleInput(Path path, ByteBuffer bytes) {
    this.path = path;
    this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  Path path() {
    return path;
  }

  /** Returns the number of bytes read so far. */
  int position() {
    return bytes.position();
  }

  int u1() {
    require(1);
    return bytes.get() & 0xff;
  }

  int u2() {
    require(2);
    return bytes.getShort() & 0xffff;
  }

  int i4() {
    require(4);
    return bytes.getInt();
  }

  /** Reads a length of 4 bytes. */
  long u4() {
    return i4() & 0xffffffffL;
  }

  /** Reads a length of 8 bytes. */
  long u8() {
    require(8);
    long value = bytes.getLong();
    if (value < 0) {
      throw bad("a length of " + Long.toUnsignedString(value) + " bytes");
    }
    return value;
  }

  /** Skips bytes whose content does not matter. */
  void skip(long length) {
    require(length);
    bytes.position(bytes.position() + (int) length);
  }

  byte[] take(long length) {
    require(length);
    byte[] taken = new byte[(int) length];
    bytes.get(taken);
    return taken;
  }

  String text(long length) {
    return new String(take(length), StandardCharsets.UTF_8);
  }

  /** Reads up to the end of a line. */
  String line() {
    int start = bytes.position();
    while (u1() != '\n') {
      if (bytes.position() - start > MAX_LINE_BYTES) {
        throw bad("a name of more than " + MAX_LINE_BYTES + " bytes");
      }
    }
    int length = bytes.position() - start - 1;
    bytes.position(start);
    String line = text(length);
    bytes.get();
    return line;
  }

  private void require(long length) {
    if (length > bytes.remaining()) {
      throw bad(
          "the end after "
              + bytes.remaining()
              + " more bytes, where "
              + length
              + " were announced: the file is truncated or damaged; fetch it again");
    }
  }

  /** Returns an exception that says where in the pickle something was found. */
  CheckpointException bad(String found) {
    return new CheckpointException(
        path
            + ": expected the pickle of a state dict, found at its byte "
            + position()
            + " "
            + found);
  }

  /** Returns an exception for what no program writes. */
  CheckpointException damaged(String found) {
    return bad(found + ": the file is damaged or was written by a faulty program; fetch it again");
  }
}
