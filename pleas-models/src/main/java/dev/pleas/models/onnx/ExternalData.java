package dev.pleas.models.onnx;

import dev.pleas.api.tensor.HostTensor;
import dev.pleas.models.onnx.Schema.EntryFields;
import dev.pleas.models.onnx.Schema.TensorFields;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Weights in a file of their own beside the model, which refers to it: a message of Protocol
 * Buffers cannot be longer than 2 GiB.
 */
final class ExternalData {
  /** Tensors begin where a page of memory does, so that the file can be mapped. */
  private static final int ALIGNMENT = 4096;

  private static final int BUFFER_ELEMENTS = 1 << 16;

  private final String location;
  private final Map<String, HostTensor> tensors;
  private final Map<String, Long> offsets = new LinkedHashMap<>();

  /**
   * @param location name of the file, in the folder of the model
   * @param tensors in the order of the file
   */
  ExternalData(String location, Map<String, HostTensor> tensors) {
    this.location = location;
    this.tensors = tensors;
    long end = 0;
    for (Map.Entry<String, HostTensor> tensor : tensors.entrySet()) {
      long offset = aligned(end);
      offsets.put(tensor.getKey(), offset);
      end = offset + bytes(tensor.getValue());
    }
  }

  private static long aligned(long offset) {
    return (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private static long bytes(HostTensor tensor) {
    return (long) Float.BYTES * tensor.values().length;
  }

  /** Returns a tensor that refers to its place in the file. */
  Message reference(String name, HostTensor tensor) {
    long offset = Objects.requireNonNull(offsets.get(name), name);
    return Tensors.header(name, TensorFields.FLOAT, tensor.shape().dims())
        .message(TensorFields.EXTERNAL_DATA, entry("location", location))
        .message(TensorFields.EXTERNAL_DATA, entry("offset", Long.toString(offset)))
        .message(TensorFields.EXTERNAL_DATA, entry("length", Long.toString(bytes(tensor))))
        .number(TensorFields.DATA_LOCATION, TensorFields.LOCATION_EXTERNAL);
  }

  /** Returns a StringStringEntryProto. */
  static Message entry(String key, String value) {
    return new Message().text(EntryFields.KEY, key).text(EntryFields.VALUE, value);
  }

  /** Writes the file: float32, little-endian, zeros between tensors. */
  void writeTo(OutputStream out) throws IOException {
    ByteBuffer buffer =
        ByteBuffer.allocate(Float.BYTES * BUFFER_ELEMENTS).order(ByteOrder.LITTLE_ENDIAN);
    long end = 0;
    for (Map.Entry<String, HostTensor> tensor : tensors.entrySet()) {
      long offset = aligned(end);
      out.write(new byte[(int) (offset - end)]);
      float[] values = tensor.getValue().values();
      for (int from = 0; from < values.length; from += BUFFER_ELEMENTS) {
        int count = Math.min(BUFFER_ELEMENTS, values.length - from);
        buffer.asFloatBuffer().put(values, from, count);
        out.write(buffer.array(), 0, Float.BYTES * count);
      }
      end = offset + bytes(tensor.getValue());
    }
  }
}
