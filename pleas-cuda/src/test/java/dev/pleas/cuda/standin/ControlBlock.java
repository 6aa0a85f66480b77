package dev.pleas.cuda.standin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The block of memory that tests share with the libraries. Its layout is the one of {@code
 * control.h}.
 */
final class ControlBlock {
  static final int DEVICES = 8;
  static final int FUNCTIONS = 256;
  static final int VIOLATION_BYTES = 16384;

  static final int OWNER = 8;
  static final int CALLS = 16;
  static final int FAIL_COUNTDOWN = 24;
  static final int FAILURES = 32;
  static final int DRIVER_VERSION = 40;
  static final int INIT_STATUS = 48;
  static final int DEVICE_COUNT = 56;
  static final int VIOLATION_COUNT = 64;
  static final int VIOLATION_LENGTH = 72;
  static final int FUNCTION_COUNT = 80;
  static final int LIVE = 128;
  static final int FAILED_FUNCTION = 384;
  static final int FAIL_FUNCTION = 448;
  static final int NAME_BYTES = 64;

  static final int DEVICE = 512;
  static final int DEVICE_BYTES = 128;
  static final int TOTAL = 0;
  static final int LIMIT = 8;
  static final int USED = 16;
  static final int PEAK = 24;
  static final int MAJOR = 32;
  static final int MINOR = 40;
  static final int STICKY = 48;
  static final int LAUNCHES = 56;
  static final int DEVICE_NAME = 64;

  static final int FUNCTION = DEVICE + DEVICES * DEVICE_BYTES;
  static final int FUNCTION_BYTES = 64;
  static final int FUNCTION_NAME_BYTES = 56;
  static final int VIOLATIONS = FUNCTION + FUNCTIONS * FUNCTION_BYTES;
  static final int BYTES = VIOLATIONS + VIOLATION_BYTES;

  private static final long MAGIC = 0x504C414353544E31L;
  private static final VarHandle LONGS =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final ByteBuffer block;

  private ControlBlock(ByteBuffer block) {
    this.block = block;
  }

  /** Maps a control file, and says by {@link #OWNER} whose state it holds. */
  static ControlBlock map(Path file) {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES);
      return new ControlBlock(mapped.order(ByteOrder.nativeOrder()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether this process has put the block into its first state. */
  boolean ownedBy(long process) {
    return get(0) == MAGIC && get(OWNER) == process;
  }

  void ownBy(long process) {
    for (int at = 0; at < BYTES; at += Long.BYTES) {
      set(at, 0);
    }
    set(OWNER, process);
    set(0, MAGIC);
  }

  long get(int at) {
    return (long) LONGS.getAcquire(block, at);
  }

  void set(int at, long value) {
    LONGS.setRelease(block, at, value);
  }

  String text(int at, int bytes) {
    byte[] all = new byte[bytes];
    block.get(at, all);
    int length = 0;
    while (length < bytes && all[length] != 0) {
      length++;
    }
    return new String(all, 0, length, StandardCharsets.UTF_8);
  }

  void text(int at, int bytes, String text) {
    byte[] all = new byte[bytes];
    byte[] given = text.getBytes(StandardCharsets.UTF_8);
    if (given.length >= bytes) {
      throw new IllegalArgumentException("expected at most " + (bytes - 1) + " bytes: " + text);
    }
    System.arraycopy(given, 0, all, 0, given.length);
    block.put(at, all);
  }

  static int device(int device, int field) {
    if (device < 0 || device >= DEVICES) {
      throw new IllegalArgumentException("no device " + device + ": there are at most " + DEVICES);
    }
    return DEVICE + device * DEVICE_BYTES + field;
  }
}
