package dev.pleas.tck;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Files that went wrong. Always the same ones for the same file. */
final class Damage {
  private static final int START = 128;
  private static final int FLIPS = 800;
  private static final int CUTS = 500;

  private Damage() {}

  /** Returns a file cut short, at every length or, of a long one, many. */
  static Map<String, byte[]> cut(byte[] file) {
    Map<String, byte[]> cut = new LinkedHashMap<>();
    IntStream lengths =
        file.length <= CUTS
            ? IntStream.range(0, file.length)
            : IntStream.range(0, CUTS).map(i -> (int) ((long) i * file.length / CUTS));
    lengths.forEach(n -> cut.put("cut to " + n + " bytes", Arrays.copyOf(file, n)));
    cut.put("without its last byte", Arrays.copyOf(file, file.length - 1));
    return cut;
  }

  /**
   * Returns a file with flipped bits everywhere, and with lengths near its start made large, as
   * binary numbers and as digits.
   */
  static Map<String, byte[]> altered(byte[] file) {
    Map<String, byte[]> altered = new LinkedHashMap<>();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < FLIPS; i++) {
      int at = i < file.length ? i : random.nextInt(file.length);
      int bit = random.nextInt(8);
      byte[] flipped = file.clone();
      flipped[at] ^= (byte) (1 << bit);
      altered.put("bit " + bit + " of byte " + at + " flipped", flipped);
    }
    for (int at = 0; at < Math.min(START, file.length - 8); at++) {
      for (int length : new int[] {3, 4, 7, 8}) {
        byte[] large = file.clone();
        Arrays.fill(large, at, at + length, (byte) 0xff);
        large[at + length - 1] = 0x7f;
        altered.put("bytes " + at + " to " + (at + length) + " made large", large);
      }
      byte[] digits = Arrays.copyOf(file, file.length + 9);
      Arrays.fill(digits, at, at + 9, (byte) '9');
      System.arraycopy(file, at, digits, at + 9, file.length - at);
      altered.put("999999999 inserted at byte " + at, digits);
    }
    return altered;
  }

  /** Returns files of other kinds. */
  static Map<String, byte[]> others() {
    Map<String, byte[]> others = new LinkedHashMap<>();
    others.put("an empty file", new byte[0]);
    others.put("a text", "Lorem ipsum dolor sit amet,\nconsectetur.\n".getBytes(US_ASCII));
    others.put("a page", "<!DOCTYPE html><html><body>404</body></html>".getBytes(US_ASCII));
    SplittableRandom random = new SplittableRandom(2);
    for (int length : new int[] {1, 7, 8, 9, 100, 1000, 100_000}) {
      byte[] noise = new byte[length];
      random.nextBytes(noise);
      others.put(length + " bytes of noise", noise);
      others.put(length + " zero bytes", new byte[length]);
    }
    return others;
  }
}
