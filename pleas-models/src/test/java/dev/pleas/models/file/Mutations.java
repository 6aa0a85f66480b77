package dev.pleas.models.file;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Random damage to bytes: some accidents, some malice. */
public final class Mutations {
  private static final int MOST = 4;
  private static final long[] TELLING = {
    0,
    1,
    2,
    -1,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0xffff,
    0x7fff_ffffL,
    0x8000_0000L,
    0xffff_ffffL,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    Long.MAX_VALUE / 4,
    1L << 40
  };

  private final SplittableRandom random;
  private final List<byte[]> words;

  /**
   * @param words what the format is made of, put in here and there
   */
  public Mutations(SplittableRandom random, List<byte[]> words) {
    this.random = random;
    this.words = words;
  }

  /**
   * Returns a damaged copy.
   *
   * @param other bytes that pieces are taken from
   */
  public byte[] of(byte[] bytes, byte[] other) {
    byte[] changed = bytes;
    for (int i = random.nextInt(MOST); i >= 0; i--) {
      changed = once(changed, other);
    }
    return changed;
  }

  private byte[] once(byte[] bytes, byte[] other) {
    if (bytes.length == 0) {
      return other;
    }
    int at = random.nextInt(bytes.length);
    int length = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 4 : 100));
    byte[] copy = bytes.clone();
    switch (random.nextInt(9)) {
      case 0 -> copy[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> copy[at] = (byte) random.nextInt();
      case 2 -> number(copy, at);
      case 3 -> copy = Arrays.copyOf(bytes, at); // truncated
      case 4 -> copy = replaced(bytes, at, at + length, new byte[0]);
      case 5 -> copy = replaced(bytes, at, at, Arrays.copyOfRange(bytes, at, at + length)); // twice
      case 6 -> copy = replaced(bytes, at, random.nextBoolean() ? at : at + length, piece(other));
      case 7 -> copy = replaced(bytes, at, at + random.nextInt(2), word());
      default ->
          System.arraycopy(bytes, at, copy, random.nextInt(bytes.length - length + 1), length);
    }
    return copy;
  }

  /** Puts another number, of a width that headers have, over what is there. */
  private void number(byte[] bytes, int at) {
    int width = 1 << random.nextInt(4);
    if (at + width > bytes.length) {
      return;
    }
    ByteBuffer number = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    number.put(bytes, at, width);
    long old = number.getLong(0);
    long value =
        switch (random.nextInt(4)) {
          case 0 -> old + 1;
          case 1 -> old - 1;
          case 2 -> bytes.length;
          default -> TELLING[random.nextInt(TELLING.length)];
        };
    number.putLong(0, value);
    number.get(0, bytes, at, width);
  }

  private byte[] piece(byte[] other) {
    int from = random.nextInt(other.length);
    return Arrays.copyOfRange(other, from, from + random.nextInt(other.length - from + 1));
  }

  private byte[] word() {
    return words.get(random.nextInt(words.size()));
  }

  private static byte[] replaced(byte[] bytes, int from, int to, byte[] by) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(bytes, 0, from);
    out.writeBytes(by);
    int after = Math.min(to, bytes.length);
    out.write(bytes, after, bytes.length - after);
    return out.toByteArray();
  }
}
