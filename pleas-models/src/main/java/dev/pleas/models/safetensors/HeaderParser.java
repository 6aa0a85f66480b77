package dev.pleas.models.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Parses the JSON of a header token by token: memory grows with what is kept, not with what is
 * said.
 */
final class HeaderParser {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(SafetensorsFormat.MAX_HEADER_BYTES)
                  .maxNameLength(SafetensorsFormat.MAX_HEADER_BYTES)
                  .build())
          .build();

  private final Path path;
  private final JsonParser json;
  private final List<Header.Entry> entries = new ArrayList<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private HeaderParser(Path path, JsonParser json) {
    this.path = path;
    this.json = json;
  }

  /**
   * Parses a header.
   *
   * @param dataStart the position in the file after the header
   * @throws CheckpointException if it is not what the format says
   */
  static Header parse(Path path, String header, long dataStart) throws IOException {
    if (!header.startsWith("{")) {
      throw new CheckpointException(
          path
              + ": expected a JSON object as header, found \""
              + header.substring(0, Math.min(header.length(), 20))
              + "\": this is no safetensors file");
    }
    try (JsonParser json = JSON.createParser(header)) {
      HeaderParser parser = new HeaderParser(path, json);
      parser.parse();
      return new Header(
          List.copyOf(parser.entries), Collections.unmodifiableMap(parser.metadata), dataStart);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          path
              + ": the header is not valid JSON: "
              + e.getOriginalMessage()
              + ": the file is damaged or was written by a faulty program; fetch or write it again",
          e);
    }
  }

  private void parse() throws IOException {
    json.nextToken();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      if (name.equals(Header.METADATA)) {
        parseMetadata();
      } else {
        entries.add(parseEntry(name));
      }
    }
    if (json.nextToken() != null) {
      throw new CheckpointException(
          path
              + ": expected nothing but spaces after the header's JSON object, found "
              + json.getText());
    }
  }

  private void parseMetadata() throws IOException {
    if (!json.hasToken(JsonToken.START_OBJECT)) {
      throw new CheckpointException(
          path
              + ": "
              + Header.METADATA
              + ": expected an object of strings, found "
              + json.getText());
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      if (json.nextToken() != JsonToken.VALUE_STRING) {
        throw new CheckpointException(
            path
                + ": "
                + Header.METADATA
                + ": "
                + key
                + ": expected a string, found "
                + json.getText());
      }
      metadata.put(key, json.getText());
    }
  }

  private Header.Entry parseEntry(String name) throws IOException {
    if (!json.hasToken(JsonToken.START_OBJECT)) {
      throw bad(name, "expected an object with dtype, shape and data_offsets", json.getText());
    }
    @Nullable DType dtype = null;
    @Nullable Shape shape = null;
    @Nullable List<Long> offsets = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      json.nextToken();
      switch (key) {
        case "dtype" -> dtype = parseType(name);
        case "shape" -> shape = parseShape(name);
        case "data_offsets" -> offsets = parseIntegers(name, key);
        default -> json.skipChildren(); // as the reference implementation does
      }
    }
    if (dtype == null || shape == null || offsets == null) {
      String missing = dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets";
      throw bad(name, "expected dtype, shape and data_offsets", "no " + missing);
    }
    return entry(name, new TensorInfo(dtype, shape), offsets);
  }

  private Header.Entry entry(String name, TensorInfo info, List<Long> offsets) {
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
      throw bad(name, "expected data_offsets [begin, end] with begin ≤ end", offsets);
    }
    long begin = offsets.get(0);
    long end = offsets.get(1);
    long bytes;
    try {
      bytes = info.bytes();
    } catch (ArithmeticException e) {
      throw bad(name, "expected a shape of less than 2^63 bytes", info.shape());
    }
    if (end - begin != bytes) {
      throw bad(
          name,
          "expected " + bytes + " bytes for " + info.dtype() + " " + info.shape(),
          end - begin + " bytes in data_offsets " + offsets);
    }
    return new Header.Entry(name, info, begin, end);
  }

  private DType parseType(String name) throws IOException {
    String found = json.getText();
    Optional<DType> type =
        Arrays.stream(DType.values()).filter(t -> t.name().equals(found)).findFirst();
    if (type.isEmpty() || !json.hasToken(JsonToken.VALUE_STRING)) {
      throw new CheckpointException(
          path
              + ": tensor "
              + name
              + ": expected a dtype of "
              + Arrays.toString(DType.values())
              + ", found "
              + found
              + ", which is not supported: convert the tensor to one of these");
    }
    return type.get();
  }

  private Shape parseShape(String name) throws IOException {
    List<Long> dims = parseIntegers(name, "shape");
    for (long dim : dims) {
      if (dim > Integer.MAX_VALUE) {
        throw bad(name, "expected axis lengths of at most " + Integer.MAX_VALUE, dims);
      }
    }
    return Shape.of(dims.stream().mapToInt(Long::intValue).toArray());
  }

  private List<Long> parseIntegers(String name, String key) throws IOException {
    if (!json.hasToken(JsonToken.START_ARRAY)) {
      throw bad(name, "expected an array as " + key, json.getText());
    }
    List<Long> values = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      boolean natural =
          json.hasToken(JsonToken.VALUE_NUMBER_INT)
              && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER
              && !json.getText().startsWith("-");
      if (!natural) {
        throw bad(name, "expected integers from 0 to 2^63 − 1 in " + key, json.getText());
      }
      values.add(json.getLongValue());
    }
    return values;
  }

  private CheckpointException bad(String name, String expected, Object found) {
    return new CheckpointException(
        path
            + ": tensor "
            + name
            + ": "
            + expected
            + ", found "
            + found
            + ": the header is damaged or was written by a faulty program; fetch or write it again");
  }
}
