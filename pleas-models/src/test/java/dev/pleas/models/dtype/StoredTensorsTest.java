package dev.pleas.models.dtype;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class StoredTensorsTest {
  private static HostTensor vector(float... values) {
    return HostTensor.wrap(Shape.of(values.length), values);
  }

  private static float[] through(DType dtype, float... values) {
    StoredTensor stored = StoredTensors.of(vector(values), dtype, "w");
    assertThat(stored.info().dtype()).isEqualTo(dtype);
    return StoredTensors.toFloat32(stored).values();
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void of_zeroAndOne_comeBackInEveryType(DType dtype) {
    assertThat(through(dtype, 0, 1, 1, 0)).containsExactly(0, 1, 1, 0);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void of_noElements_givesNoBytes(DType dtype) {
    HostTensor empty = HostTensor.wrap(Shape.of(3, 0), new float[0]);
    StoredTensor stored = StoredTensors.of(empty, dtype, "w");
    assertThat(stored.bytes().remaining()).isZero();
    assertThat(StoredTensors.toFloat32(stored).shape()).isEqualTo(Shape.of(3, 0));
  }

  @Test
  void of_f32_keepsEveryBit() {
    float signalling = Float.intBitsToFloat(0x7f800001);
    float[] back = through(DType.F32, -0f, Float.MIN_VALUE, signalling, Float.NEGATIVE_INFINITY);
    assertThat(Float.floatToRawIntBits(back[0])).isEqualTo(0x80000000);
    assertThat(back[1]).isEqualTo(Float.MIN_VALUE);
    assertThat(Float.floatToRawIntBits(back[2])).isEqualTo(0x7f800001);
    assertThat(back[3]).isEqualTo(Float.NEGATIVE_INFINITY);
  }

  @ParameterizedTest
  @EnumSource(names = {"F64", "F32", "F16", "BF16"})
  void of_nanAndInfinities_areKeptByFloatingTypes(DType dtype) {
    assertThat(through(dtype, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY))
        .containsExactly(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);
  }

  @ParameterizedTest
  @EnumSource(names = {"I64", "I32", "I16", "I8"})
  void of_fractions_areRoundedToTheEvenInteger(DType dtype) {
    assertThat(through(dtype, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 2.4f, 2.6f))
        .containsExactly(0, 2, 2, 0, -2, 2, 3);
  }

  @ParameterizedTest
  @CsvSource({
    "F16, 65520, store it as F32",
    "F16, -1e38, store it as F32",
    "BF16, 3.4028235E38, store it as F32",
    "I64, 9.223372E18, store it in a floating-point type",
    "I32, 2.14748365E9, store it in a floating-point type",
    "I32, -2.1474839E9, store it in a floating-point type",
    "I16, 32767.5, store it in a floating-point type",
    "I8, -129, store it in a floating-point type",
    "U8, -1, store it in a floating-point type",
    "U8, 255.5, store it in a floating-point type",
    "BOOL, 2, store it in a floating-point type",
    "I64, NaN, store it in a floating-point type",
    "I8, Infinity, store it in a floating-point type",
  })
  void of_outOfRange_namesTensorElementAndType(DType dtype, float value, String remedy) {
    assertThatThrownBy(() -> StoredTensors.of(vector(0, value), dtype, "layer1.0.conv1.weight"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "layer1.0.conv1.weight: element 1 is %s, outside the range of %s: %s",
            value, dtype, remedy);
  }

  @Test
  void of_extremesOfIntegers_comeBack() {
    assertThat(through(DType.I64, -0x1p63f, 0x1p62f)).containsExactly(-0x1p63f, 0x1p62f);
    assertThat(through(DType.I32, -0x1p31f)).containsExactly(-0x1p31f);
    assertThat(through(DType.I16, -32768, 32767)).containsExactly(-32768, 32767);
    assertThat(through(DType.I8, -128, 127)).containsExactly(-128, 127);
    assertThat(through(DType.U8, 128, 255)).containsExactly(128, 255);
  }
}
