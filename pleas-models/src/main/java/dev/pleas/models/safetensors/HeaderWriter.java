package dev.pleas.models.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Lays a file out and writes its header, which is padded with spaces to a multiple of 8 bytes. */
final class HeaderWriter {
  private static final int ALIGNMENT = 8;
  private static final JsonFactory JSON = new JsonFactory();

  private HeaderWriter() {}

  /**
   * Gives every tensor its place: larger elements first, so that all are aligned.
   *
   * @throws CheckpointException if a name is reserved
   */
  static Header layOut(Path path, Map<String, TensorInfo> tensors, Map<String, String> metadata) {
    if (tensors.containsKey(Header.METADATA)) {
      throw new CheckpointException(
          path + ": a tensor cannot be named " + Header.METADATA + ", which the format reserves");
    }
    List<Map.Entry<String, TensorInfo>> byElementSize = new ArrayList<>(tensors.entrySet());
    byElementSize.sort(Comparator.comparingInt(entry -> -entry.getValue().dtype().bytes()));
    Map<String, Header.Entry> placed = new HashMap<>();
    long end = 0;
    for (Map.Entry<String, TensorInfo> tensor : byElementSize) {
      long begin = end;
      end = Math.addExact(begin, tensor.getValue().bytes());
      String name = tensor.getKey();
      placed.put(name, new Header.Entry(name, tensor.getValue(), begin, end));
    }
    List<Header.Entry> entries =
        tensors.keySet().stream().map(name -> Objects.requireNonNull(placed.get(name))).toList();
    return new Header(entries, new TreeMap<>(metadata), 0);
  }

  /** Returns the bytes of the file before the data. */
  static ByteBuffer encode(Path path, Header header) throws IOException {
    ByteBuffer json = utf8(path, json(header));
    int headerBytes = (json.remaining() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (headerBytes > SafetensorsFormat.MAX_HEADER_BYTES) {
      throw new CheckpointException(
          path
              + ": the header would take "
              + headerBytes
              + " bytes; the format allows "
              + SafetensorsFormat.MAX_HEADER_BYTES
              + ": write less metadata or fewer tensors");
    }
    ByteBuffer start =
        ByteBuffer.allocate(SafetensorsFormat.LENGTH_BYTES + headerBytes)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(headerBytes)
            .put(json);
    while (start.hasRemaining()) {
      start.put((byte) ' ');
    }
    return start.flip();
  }

  private static String json(Header header) throws IOException {
    StringWriter json = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(json)) {
      out.writeStartObject();
      if (!header.metadata().isEmpty()) {
        out.writeObjectFieldStart(Header.METADATA);
        for (Map.Entry<String, String> entry : header.metadata().entrySet()) {
          out.writeStringField(entry.getKey(), entry.getValue());
        }
        out.writeEndObject();
      }
      for (Header.Entry entry : header.entries()) {
        writeEntry(out, entry);
      }
      out.writeEndObject();
    }
    return json.toString();
  }

  private static ByteBuffer utf8(Path path, String json) {
    try {
      return StandardCharsets.UTF_8
          .newEncoder()
          .encode(CharBuffer.wrap(json)); // reports, not replaces
    } catch (CharacterCodingException e) {
      throw new CheckpointException(
          path
              + ": a tensor's name or a metadata string has half of a surrogate pair, which cannot be"
              + " written as UTF-8: correct it",
          e);
    }
  }

  private static void writeEntry(JsonGenerator out, Header.Entry entry) throws IOException {
    out.writeObjectFieldStart(entry.name());
    out.writeStringField("dtype", entry.info().dtype().name());
    out.writeFieldName("shape");
    int[] dims = entry.info().shape().dims();
    out.writeArray(dims, 0, dims.length);
    out.writeFieldName("data_offsets");
    out.writeArray(new long[] {entry.begin(), entry.end()}, 0, 2);
    out.writeEndObject();
  }
}
