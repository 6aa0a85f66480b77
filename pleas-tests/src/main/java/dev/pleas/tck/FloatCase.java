package dev.pleas.tck;

import dev.pleas.api.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Elements as they are stored, and the float32 that each is. The pairs are written down by hand, so
 * that nothing here converts.
 *
 * @param bits the element, in the low bits
 * @param value as float32
 */
record FloatCase(long bits, float value) {
  private static FloatCase of(long bits, double value) {
    return new FloatCase(bits, (float) value);
  }

  private static FloatCase f64(double stored, float value) {
    return new FloatCase(Double.doubleToRawLongBits(stored), value);
  }

  /** Returns examples of an element type. */
  static List<FloatCase> of(DType dtype) {
    return switch (dtype) {
      case F64 ->
          List.of(
              f64(0.1, 0.1f),
              f64(-0.0, -0.0f),
              f64(1 + 0x1p-24, 1), // half-way: to even
              f64(1 + 0x3p-24, 1 + 0x1p-22f),
              f64(1 + 0x1p-24 + 0x1p-50, 1 + 0x1p-23f),
              f64(1e300, Float.POSITIVE_INFINITY),
              f64(-1e-300, -0.0f),
              f64(0x1p-149, Float.MIN_VALUE),
              f64(Double.NaN, Float.NaN));
      case F32 ->
          List.of(
              of(0x3f800000L, 1),
              of(0x80000000L, -0.0f),
              of(1, Float.MIN_VALUE),
              of(0x7f7fffffL, Float.MAX_VALUE),
              of(0xff800000L, Float.NEGATIVE_INFINITY),
              of(0x7fc00001L, Float.NaN));
      case F16 ->
          List.of(
              of(0x3c00, 1),
              of(0x8000, -0.0f),
              of(0x0001, 0x1p-24),
              of(0x03ff, 1023 * 0x1p-24),
              of(0x7bff, 65504),
              of(0xfc00, Float.NEGATIVE_INFINITY),
              of(0x7e01, Float.NaN));
      case BF16 ->
          List.of(
              of(0x3f80, 1),
              of(0x8000, -0.0f),
              of(0x0001, 0x1p-133),
              of(0xc049, -3.140625),
              of(0x7f80, Float.POSITIVE_INFINITY),
              of(0x7fc0, Float.NaN));
      case I64 ->
          List.of(
              of(-3, -3),
              of(16_777_217, 16_777_216), // half-way: to even
              of(16_777_219, 16_777_220),
              of(Long.MIN_VALUE, -0x1p63),
              of(Long.MAX_VALUE, 0x1p63));
      case I32 ->
          List.of(
              of(-3, -3),
              of(16_777_217, 16_777_216),
              of(Integer.MIN_VALUE, -0x1p31),
              of(Integer.MAX_VALUE, 0x1p31));
      case I16 -> List.of(of(-3, -3), of(Short.MIN_VALUE, -32_768), of(Short.MAX_VALUE, 32_767));
      case I8 -> List.of(of(-3, -3), of(Byte.MIN_VALUE, -128), of(Byte.MAX_VALUE, 127));
      case U8 -> List.of(of(0, 0), of(127, 127), of(200, 200), of(255, 255));
      case BOOL -> List.of(of(0, 0), of(1, 1));
    };
  }

  /** Returns examples one after another, as a file has them: little-endian. */
  static byte[] bytes(DType dtype, List<FloatCase> cases) {
    ByteBuffer out =
        ByteBuffer.allocate(cases.size() * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (FloatCase example : cases) {
      for (int i = 0; i < dtype.bytes(); i++) {
        out.put((byte) (example.bits() >> (8 * i)));
      }
    }
    return out.array();
  }
}
