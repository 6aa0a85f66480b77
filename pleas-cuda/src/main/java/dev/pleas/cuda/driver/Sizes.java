package dev.pleas.cuda.driver;

/** Sizes of memory for people. */
public final class Sizes {
  private Sizes() {}

  /** Returns a number of bytes in the largest fitting unit. */
  public static String text(long bytes) {
    if (bytes < 1 << 10) {
      return bytes + " bytes";
    } else if (bytes < 1 << 20) {
      return (bytes >> 10) + " KiB";
    }
    return (bytes >> 20) + " MiB";
  }
}
