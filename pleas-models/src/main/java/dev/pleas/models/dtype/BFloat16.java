package dev.pleas.models.dtype;

/** bfloat16: the upper 16 bits of a float32. */
public final class BFloat16 {
  private BFloat16() {}

  /** Returns the value of a bfloat16; exact. */
  public static float toFloat(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /**
   * Returns the nearest bfloat16, ties to even. What lies half a step or more above the largest
   * finite value becomes infinite, NaN becomes the quiet NaN.
   */
  public static short fromFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (((bits >>> 16) & 0x8000) | 0x7fc0);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }
}
