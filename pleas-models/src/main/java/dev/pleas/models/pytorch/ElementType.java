package dev.pleas.models.pytorch;

import dev.pleas.api.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The element types of PyTorch: how classes of storages and types call them.
 *
 * @see <a href="https://pytorch.org/docs/stable/tensors.html">torch.Tensor, data types</a>
 */
enum ElementType {
  DOUBLE("DoubleStorage", 8, DType.F64, "float64", "double"),
  FLOAT("FloatStorage", 4, DType.F32, "float32", "float"),
  HALF("HalfStorage", 2, DType.F16, "float16", "half"),
  BFLOAT16("BFloat16Storage", 2, DType.BF16, "bfloat16"),
  LONG("LongStorage", 8, DType.I64, "int64", "long"),
  INT("IntStorage", 4, DType.I32, "int32", "int"),
  SHORT("ShortStorage", 2, DType.I16, "int16", "short"),
  CHAR("CharStorage", 1, DType.I8, "int8"),
  BYTE("ByteStorage", 1, DType.U8, "uint8"),
  BOOL("BoolStorage", 1, DType.BOOL, "bool"),
  /** Bytes whose type the tensor says. */
  UNTYPED("UntypedStorage", 1, null),
  UINT16(null, 2, null, "uint16"),
  UINT32(null, 4, null, "uint32"),
  UINT64(null, 8, null, "uint64"),
  FLOAT8_E4M3FN(null, 1, null, "float8_e4m3fn"),
  FLOAT8_E5M2(null, 1, null, "float8_e5m2"),
  FLOAT8_E4M3FNUZ(null, 1, null, "float8_e4m3fnuz"),
  FLOAT8_E5M2FNUZ(null, 1, null, "float8_e5m2fnuz"),
  COMPLEX_HALF(null, 4, null, "complex32", "chalf"),
  COMPLEX_FLOAT("ComplexFloatStorage", 8, null, "complex64", "cfloat"),
  COMPLEX_DOUBLE("ComplexDoubleStorage", 16, null, "complex128", "cdouble"),
  QINT8("QInt8Storage", 1, null, "qint8"),
  QUINT8("QUInt8Storage", 1, null, "quint8"),
  QINT32("QInt32Storage", 4, null, "qint32"),
  QUINT4X2("QUInt4x2Storage", 1, null, "quint4x2"),
  QUINT2X4("QUInt2x4Storage", 1, null, "quint2x4");

  private final @Nullable String storageClass;
  private final int bytes;
  private final @Nullable DType dtype;
  private final String names;

  ElementType(@Nullable String storageClass, int bytes, @Nullable DType dtype, String... names) {
    this.storageClass = storageClass;
    this.bytes = bytes;
    this.dtype = dtype;
    this.names = String.join(" ", names);
  }

  /** Returns the type that PyTorch has for one of ours. */
  static ElementType of(DType dtype) {
    return Arrays.stream(values()).filter(type -> type.dtype == dtype).findFirst().orElseThrow();
  }

  /** Returns the class of its storages in module {@code torch}, or null if it has none. */
  @Nullable String storageClass() {
    return storageClass;
  }

  /** Returns the class of its storages in module {@code torch}, for a type that we write. */
  String writtenClass() {
    return Objects.requireNonNull(storageClass, "every type of ours has storages");
  }

  /** Returns the bytes that one element takes. */
  int bytes() {
    return bytes;
  }

  /** Returns our type, or null if we have none. */
  @Nullable DType dtype() {
    return dtype;
  }

  /** Returns its names in module {@code torch}. */
  List<String> names() {
    return names.isEmpty() ? List.of() : List.of(names.split(" "));
  }

  /** Returns what people call it. */
  String title() {
    return names.isEmpty() ? "bytes without a type" : "torch." + names().get(0);
  }
}
