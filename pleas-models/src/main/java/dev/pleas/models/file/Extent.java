package dev.pleas.models.file;

import java.util.Comparator;

/**
 * A range of bytes in a file.
 *
 * @param begin position of the first byte
 * @param end position after the last byte
 */
public record Extent(long begin, long end) {
  /** Orders extents by their place in the file. */
  public static final Comparator<Extent> IN_FILE_ORDER =
      Comparator.comparingLong(Extent::begin).thenComparingLong(Extent::end);

  /**
   * Checks the order of the two positions.
   *
   * @throws IllegalArgumentException unless 0 ≤ begin ≤ end
   */
  public Extent {
    if (begin < 0 || begin > end) {
      throw new IllegalArgumentException("expected 0 ≤ begin ≤ end, found " + begin + ", " + end);
    }
  }

  /** Returns the number of bytes. */
  public long bytes() {
    return end - begin;
  }

  /** Returns whether one Java buffer can hold it. */
  public boolean fitsABuffer() {
    return bytes() <= Integer.MAX_VALUE;
  }
}
