package dev.pleas.models.dtype;

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. Java has it from version 20 only. */
public final class Float16 {
  /** The largest finite value. */
  public static final float MAX_VALUE = 65504f;

  private static final int EXPONENT_BIAS_DIFFERENCE = 127 - 15;

  private Float16() {}

  /** Returns the value of a binary16; exact. NaN stays NaN. */
  public static float toFloat(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >>> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0) {
      float magnitude = fraction * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    int wide = exponent == 0x1f ? 0xff : exponent + EXPONENT_BIAS_DIFFERENCE;
    return Float.intBitsToFloat(sign | (wide << 23) | (fraction << 13));
  }

  /**
   * Returns the nearest binary16, ties to even. Magnitudes from 65520 on become infinite, NaN
   * becomes the quiet NaN.
   */
  public static short fromFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    int magnitude = bits & 0x7fffffff;
    int narrow;
    if (magnitude > 0x7f800000) {
      narrow = 0x7e00;
    } else if (magnitude >= 0x477ff000) { // 65520, half a step above the largest
      narrow = 0x7c00;
    } else if (magnitude < 0x38800000) { // below 2^-14: a multiple of 2^-24
      narrow = (int) Math.rint(Float.intBitsToFloat(magnitude) * 0x1p24);
    } else {
      int rebiased = magnitude - (EXPONENT_BIAS_DIFFERENCE << 23);
      narrow = (rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13;
    }
    return (short) (sign | narrow);
  }
}
