package dev.pleas.api.tensor;

/**
 * The element type of a stored tensor. Computation is in float32 and float64 whatever was stored.
 */
public enum DType {
  /** IEEE 754 binary64. */
  F64(8, true),
  /** IEEE 754 binary32. */
  F32(4, true),
  /** IEEE 754 binary16. */
  F16(2, true),
  /** The upper 16 bits of a binary32. */
  BF16(2, true),
  /** Signed 64-bit integer. */
  I64(8, false),
  /** Signed 32-bit integer. */
  I32(4, false),
  /** Signed 16-bit integer. */
  I16(2, false),
  /** Signed 8-bit integer. */
  I8(1, false),
  /** Unsigned 8-bit integer. */
  U8(1, false),
  /** One byte, 0 or 1. */
  BOOL(1, false);

  private final int bytes;
  private final boolean floating;

  DType(int bytes, boolean floating) {
    this.bytes = bytes;
    this.floating = floating;
  }

  /** Returns the bytes that one element takes in a file. */
  public int bytes() {
    return bytes;
  }

  /** Returns whether this is a floating-point type. */
  public boolean isFloating() {
    return floating;
  }
}
