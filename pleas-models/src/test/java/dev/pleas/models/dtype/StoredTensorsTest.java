package dev.pleas.models.dtype;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.safetensors.SafetensorsProvider;
import java.math.BigDecimal;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
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
    "F16, 65520, store it as bfloat16 or float32",
    "F16, -1e38, store it as bfloat16 or float32",
    "BF16, 3.4028235E38, store it as float32",
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

  private static StoredTensor doubles(double... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(values);
    return new StoredTensor(new TensorInfo(DType.F64, Shape.of(values.length)), bytes);
  }

  private static double[] converted(DType dtype, double... values) {
    float[] back =
        StoredTensors.toFloat32(StoredTensors.convert(doubles(values), dtype, "w")).values();
    return IntStream.range(0, back.length).mapToDouble(i -> back[i]).toArray();
  }

  @Test
  void convert_doubles_giveTheBitsOfNumPysConversion() throws URISyntaxException {
    Path file =
        Path.of(
            Objects.requireNonNull(
                    StoredTensorsTest.class.getResource("../checkpoint/doubles.safetensors"))
                .toURI());
    try (Checkpoint numpy = new SafetensorsProvider().create().open(file)) {
      assertThat(numpy.tensors().get("f64").shape().elements()).isGreaterThan(700);
      for (DType dtype : new DType[] {DType.F32, DType.F16}) {
        String name = dtype.name().toLowerCase(Locale.ROOT);
        StoredTensor found = StoredTensors.convert(numpy.stored("f64"), dtype, "f64");
        assertThat(StoredTensors.toFloat32(found).values())
            .as(name)
            .containsExactly(numpy.read(name).values());
      }
    }
  }

  @Property
  void convert_doubles_takesTheNearestAndOnATieTheEven(
      @ForAll @DoubleRange(min = -60000, max = 60000) double value,
      @ForAll @IntRange(max = 40) int smaller) {
    for (DType dtype : new DType[] {DType.F16, DType.BF16}) {
      // Halfway to a neighbour, and as little off as a double can be, float32 sees a tie.
      double shrunk = Math.scalb(value, -smaller);
      double one = converted(dtype, shrunk)[0];
      double step = Math.max(Math.abs(one) * 0x1p-7, 0x1p-24);
      double tie = (one + converted(dtype, one + step)[0]) / 2;
      for (double each : new double[] {shrunk, tie, Math.nextUp(tie), Math.nextDown(tie)}) {
        requireNearest(dtype, each, converted(dtype, each)[0]);
      }
    }
  }

  private static void requireNearest(DType dtype, double value, double found) {
    BigDecimal error = new BigDecimal(value).subtract(new BigDecimal(found)).abs();
    short bits = StoredTensors.convert(doubles(found), dtype, "w").bytes().getShort();
    for (int step : new int[] {-1, 1}) {
      short other = (short) (bits + step);
      float neighbour = dtype == DType.F16 ? Float16.toFloat(other) : BFloat16.toFloat(other);
      if (Float.isFinite(neighbour)) {
        BigDecimal otherError = new BigDecimal(value).subtract(new BigDecimal(neighbour)).abs();
        int compared = error.compareTo(otherError);
        assertThat(compared < 0 || (compared == 0 && (bits & 1) == 0) || neighbour == found)
            .as("%s as %s: %s, beside %s", value, dtype, found, neighbour)
            .isTrue();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "F16, 65520, store it as bfloat16 or float32",
    "BF16, 3.38E38, ",
    "BF16, 3.4E39, store it as float32",
    "F32, 3.4028236E38, store it as float64",
    "F64, 1E300, ",
  })
  void convert_outOfRange_namesTensorElementAndType(DType dtype, double value, String remedy) {
    StoredTensor tensor = doubles(0, value);
    if (remedy == null) {
      assertThat(StoredTensors.convert(tensor, dtype, "w").info().dtype()).isEqualTo(dtype);
      return;
    }
    assertThatThrownBy(() -> StoredTensors.convert(tensor, dtype, "fc.weight"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "fc.weight: element 1 is %s, outside the range of %s: %s", value, dtype, remedy);
  }

  @Test
  void convert_nanAndInfinities_areKept() {
    for (DType dtype : new DType[] {DType.F32, DType.F16, DType.BF16}) {
      assertThat(
              converted(
                  dtype, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0))
          .containsExactly(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0);
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void convert_integersAndTheSameType_areReturnedAsTheyAre(DType dtype) {
    StoredTensor tensor = StoredTensors.of(vector(0, 1), dtype, "w");
    DType asked = dtype.isFloating() ? dtype : DType.F16;
    assertThat(StoredTensors.convert(tensor, asked, "w")).isSameAs(tensor);
  }

  @Test
  void convert_toAWiderType_isExact() {
    for (DType narrow : new DType[] {DType.F32, DType.F16, DType.BF16}) {
      StoredTensor tensor = StoredTensors.of(vector(0.5f, -1.25f, 0x1p-14f, -0f), narrow, "w");
      for (DType wide : new DType[] {DType.F32, DType.F64}) {
        StoredTensor back = StoredTensors.convert(tensor, wide, "w");
        assertThat(back.info()).isEqualTo(new TensorInfo(wide, Shape.of(4)));
        assertThat(StoredTensors.toFloat32(back).values())
            .containsExactly(0.5f, -1.25f, 0x1p-14f, -0f);
      }
    }
  }
}
