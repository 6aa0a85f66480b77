package dev.pleas.models.onnx;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A message of Protocol Buffers: its fields in the order in which they are added. Arrays are
 * referred to and not copied; they must not change before the message is written.
 */
final class Message {
  private final List<Part> parts = new ArrayList<>();
  private long bytes;

  /** Some of the message's bytes. */
  @FunctionalInterface
  private interface Part {
    void writeTo(CodedOutputStream out) throws IOException;
  }

  /** Adds a field of type int64, int32 or enum. */
  Message number(int field, long value) {
    return part(
        CodedOutputStream.computeInt64Size(field, value), out -> out.writeInt64(field, value));
  }

  /** Adds a field of type float. */
  Message real(int field, float value) {
    return part(
        CodedOutputStream.computeFloatSize(field, value), out -> out.writeFloat(field, value));
  }

  /** Adds a field of type string. */
  Message text(int field, String value) {
    return part(
        CodedOutputStream.computeStringSize(field, value), out -> out.writeString(field, value));
  }

  /** Adds a field that is a message, as it is now. */
  Message message(int field, Message value) {
    return delimited(field, value.bytes, value::writeTo);
  }

  /** Adds a field of type bytes: float32 elements, little-endian. */
  Message floats(int field, float[] values) {
    return delimited(
        field,
        (long) Float.BYTES * values.length,
        out -> {
          for (float value : values) {
            out.writeFloatNoTag(value);
          }
        });
  }

  /** Adds a field of type bytes: int64 elements, little-endian. */
  Message integers(int field, long[] values) {
    return delimited(
        field,
        (long) Long.BYTES * values.length,
        out -> {
          for (long value : values) {
            out.writeFixed64NoTag(value);
          }
        });
  }

  private Message delimited(int field, long length, Part content) {
    return part(
        CodedOutputStream.computeTagSize(field)
            + CodedOutputStream.computeUInt64SizeNoTag(length)
            + length,
        out -> {
          out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
          out.writeUInt64NoTag(length);
          content.writeTo(out);
        });
  }

  private Message part(long size, Part part) {
    bytes += size;
    parts.add(part);
    return this;
  }

  /** Returns the length of what {@link #writeTo} writes. */
  long bytes() {
    return bytes;
  }

  /** Writes the fields, without the message's length. */
  void writeTo(CodedOutputStream out) throws IOException {
    for (Part part : parts) {
      part.writeTo(out);
    }
  }
}
