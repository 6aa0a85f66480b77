package dev.pleas.models.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.pleas.models.file.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Reads a message of Protocol Buffers field by field: {@link #next}, then {@link #field}, then the
 * value or {@link #skip}. Long values are left where they are.
 */
final class MessageReader {
  private final CodedInputStream in;
  private int tag;

  private MessageReader(CodedInputStream in) {
    this.in = in;
  }

  /** Reads a message that is all of some bytes, as a mapped file is. */
  static MessageReader of(ByteBuffer bytes) {
    return new MessageReader(CodedInputStream.newInstance(bytes));
  }

  /** Reads something of a message. */
  @FunctionalInterface
  interface Part {
    void read(MessageReader message) throws IOException;
  }

  /** Goes to the next field, and returns whether there is one. */
  boolean next() throws IOException {
    tag = in.readTag();
    return tag != 0;
  }

  /** Returns the number of the field. */
  int field() {
    return WireFormat.getTagFieldNumber(tag);
  }

  /** Reads a field of type int64, int32 or enum. */
  long number() throws IOException {
    require(WireFormat.WIRETYPE_VARINT);
    return in.readInt64();
  }

  /** Reads a field of type float. */
  float real() throws IOException {
    require(WireFormat.WIRETYPE_FIXED32);
    return in.readFloat();
  }

  /** Reads a field of type string. */
  String text() throws IOException {
    require(WireFormat.WIRETYPE_LENGTH_DELIMITED);
    return in.readStringRequireUtf8();
  }

  /** Reads a field that is a message: calls {@code part} with each of its fields. */
  void message(Part part) throws IOException {
    delimited(
        () -> {
          MessageReader inner = new MessageReader(in);
          while (inner.next()) {
            part.read(inner);
          }
        });
  }

  /** Adds a repeated field of whole numbers, packed or one at a time, to a list. */
  void numbers(List<Long> numbers) throws IOException {
    if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_VARINT) {
      numbers.add(in.readInt64());
    } else {
      delimited(
          () -> {
            while (in.getBytesUntilLimit() > 0) {
              numbers.add(in.readInt64());
            }
          });
    }
  }

  /** Passes over a field of type bytes, or of packed elements of a fixed length. */
  Extent bytes() throws IOException {
    require(WireFormat.WIRETYPE_LENGTH_DELIMITED);
    int length = in.readRawVarint32();
    long begin = in.getTotalBytesRead();
    in.skipRawBytes(length);
    return new Extent(begin, begin + length);
  }

  /** Passes over a field, whatever it is. */
  void skip() throws IOException {
    if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
      bytes();
    } else if (!in.skipField(tag)) {
      throw new IOException("a group ends that did not begin");
    }
  }

  /** Something of a value of known length. */
  @FunctionalInterface
  private interface Content {
    void read() throws IOException;
  }

  private void delimited(Content content) throws IOException {
    require(WireFormat.WIRETYPE_LENGTH_DELIMITED);
    int outer = in.pushLimit(in.readRawVarint32());
    content.read();
    in.checkLastTagWas(0);
    in.popLimit(outer);
  }

  private void require(int type) throws IOException {
    if (WireFormat.getTagWireType(tag) != type) {
      throw new IOException(
          "field " + field() + " is of wire type " + WireFormat.getTagWireType(tag));
    }
  }
}
