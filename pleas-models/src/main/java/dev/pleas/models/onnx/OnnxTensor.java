package dev.pleas.models.onnx;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.file.Extent;
import dev.pleas.models.onnx.Schema.EntryFields;
import dev.pleas.models.onnx.Schema.TensorFields;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A constant array of an ONNX model.
 *
 * @param name of the value
 * @param info type and shape
 * @param location name of the file with its elements, or null for the model itself
 * @param extent where in the file they are, row-major and little-endian; null if {@code numbers}
 *     are given
 * @param numbers elements that the model has one by one, each the bits of one
 */
record OnnxTensor(
    String name,
    TensorInfo info,
    @Nullable String location,
    @Nullable Extent extent,
    List<Long> numbers) {
  /** The most elements that are read one by one: a list of them takes far more room than a file. */
  private static final int MOST_NUMBERS = 1 << 20;

  private static final Map<Long, DType> TYPES =
      Map.of(
          (long) TensorFields.FLOAT, DType.F32,
          (long) TensorFields.DOUBLE, DType.F64,
          (long) TensorFields.FLOAT16, DType.F16,
          (long) TensorFields.BFLOAT16, DType.BF16,
          (long) TensorFields.INT64, DType.I64,
          (long) TensorFields.INT32, DType.I32,
          (long) TensorFields.INT16, DType.I16,
          (long) TensorFields.INT8, DType.I8,
          (long) TensorFields.UINT8, DType.U8,
          (long) TensorFields.BOOL, DType.BOOL);

  /** Returns the same elements under another name. */
  OnnxTensor named(String other) {
    return new OnnxTensor(other, info, location, extent, numbers);
  }

  /** Returns the elements that were read one by one. */
  ByteBuffer bytes() {
    ByteBuffer out =
        ByteBuffer.allocate(Math.toIntExact(info.bytes())).order(ByteOrder.LITTLE_ENDIAN);
    for (long number : numbers) {
      switch (info.dtype().bytes()) {
        case 8 -> out.putLong(number);
        case 4 -> out.putInt((int) number);
        case 2 -> out.putShort((short) number);
        default -> out.put((byte) number);
      }
    }
    return out.flip();
  }

  /** Reads a TensorProto. */
  static final class Reader {
    private final Path path;
    private final List<Long> dims = new ArrayList<>();
    private final List<Long> numbers = new ArrayList<>();
    private final Map<String, String> external = new HashMap<>();
    private @Nullable Extent extent;
    private long type;
    private String name = "";

    Reader(Path path) {
      this.path = path;
    }

    void read(MessageReader tensor) throws IOException {
      switch (tensor.field()) {
        case TensorFields.DIMS -> tensor.numbers(dims);
        case TensorFields.DATA_TYPE -> type = tensor.number();
        case TensorFields.NAME -> name = tensor.text();
        case TensorFields.INT32_DATA, TensorFields.INT64_DATA -> {
          tensor.numbers(numbers);
          if (numbers.size() > MOST_NUMBERS) {
            throw new IOException("tensor " + name + " has its elements one by one");
          }
        }
        case TensorFields.RAW_DATA, TensorFields.FLOAT_DATA, TensorFields.DOUBLE_DATA ->
            extent = tensor.bytes();
        case TensorFields.EXTERNAL_DATA -> tensor.message(new Entry(external)::read);
        default -> tensor.skip();
      }
    }

    /**
     * Returns what was read.
     *
     * @param otherwise its name if it has none
     * @return null for a type of elements that checkpoints cannot have, as texts
     */
    @Nullable OnnxTensor tensor(String otherwise) {
      String called = name.isEmpty() ? otherwise : name;
      @Nullable DType dtype = TYPES.get(type);
      if (dtype == null) {
        return null;
      }
      TensorInfo info = new TensorInfo(dtype, shape(called));
      long bytes;
      try {
        bytes = info.bytes();
      } catch (ArithmeticException e) {
        throw damaged(called, "a shape " + info.shape() + " that is too large");
      }
      @Nullable String location = external.get("location");
      if (location != null) {
        return new OnnxTensor(called, info, location, external(called, bytes), List.of());
      }
      if (extent == null && bytes == (long) numbers.size() * dtype.bytes()) {
        return new OnnxTensor(called, info, null, null, List.copyOf(numbers));
      }
      if (extent == null || extent.bytes() != bytes || !numbers.isEmpty()) {
        long found = extent == null ? (long) numbers.size() * dtype.bytes() : extent.bytes();
        throw damaged(called, found + " bytes of elements, expected " + bytes);
      }
      return new OnnxTensor(called, info, null, extent, List.of());
    }

    private Shape shape(String called) {
      int[] lengths = new int[dims.size()];
      for (int i = 0; i < lengths.length; i++) {
        long length = dims.get(i);
        if (length < 0 || length > Integer.MAX_VALUE) {
          throw damaged(called, "an axis of length " + length);
        }
        lengths[i] = (int) length;
      }
      try {
        return Shape.of(lengths);
      } catch (IllegalArgumentException | ArithmeticException e) {
        throw damaged(called, "axes of lengths " + dims);
      }
    }

    private Extent external(String called, long bytes) {
      try {
        long offset = Long.parseLong(external.getOrDefault("offset", "0"));
        long length = Long.parseLong(external.getOrDefault("length", Long.toString(bytes)));
        if (offset >= 0 && length == bytes && offset <= Long.MAX_VALUE - length) {
          return new Extent(offset, offset + length);
        }
      } catch (NumberFormatException e) {
        // refused below
      }
      throw damaged(
          called, "its elements at " + external + ", expected " + bytes + " bytes of a file");
    }

    private CheckpointException damaged(String called, String what) {
      return new CheckpointException(
          path + ": tensor " + called + ": " + what + ": the file is damaged; fetch it again");
    }
  }

  /** Reads a StringStringEntryProto into a map. */
  static final class Entry {
    private final Map<String, String> entries;
    private @Nullable String key;

    Entry(Map<String, String> entries) {
      this.entries = entries;
    }

    void read(MessageReader entry) throws IOException {
      if (entry.field() == EntryFields.KEY) {
        key = entry.text();
      } else if (entry.field() == EntryFields.VALUE && key != null) {
        entries.put(key, entry.text()); // the key comes first, as every program writes it
      } else {
        entry.skip();
      }
    }
  }
}
