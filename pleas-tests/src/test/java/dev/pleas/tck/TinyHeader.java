package dev.pleas.tck;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** The lines before the data of a {@link TinyFormat}; each text begins with an equals sign. */
record TinyHeader(
    Map<String, TensorInfo> tensors, Map<String, Long> begins, Map<String, String> metadata) {
  static final String MAGIC = "tiny checkpoint";
  private static final int MOST_BYTES = 1 << 20;

  static byte[] bytes(Map<String, TensorInfo> tensors, Map<String, String> metadata) {
    StringBuilder lines = new StringBuilder(MAGIC).append('\n');
    metadata.forEach((key, value) -> lines.append(line("m", encode(key), encode(value))));
    tensors.forEach(
        (name, info) ->
            lines.append(
                line(
                    "t",
                    encode(name),
                    info.dtype().name(),
                    info.shape().toList().stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(",", "=", "")))));
    return lines.append("data\n").toString().getBytes(US_ASCII);
  }

  /** Reads and checks; whatever does not fit is some exception, which the caller translates. */
  static TinyHeader read(RandomAccessFile file) throws IOException {
    byte[] start = new byte[(int) Math.min(file.length(), MOST_BYTES)];
    file.readFully(start);
    String text = new String(start, US_ASCII);
    int length = text.indexOf("\ndata\n") + 6;
    if (!text.startsWith(MAGIC + "\n") || length < 6) {
      throw new IllegalArgumentException("another file");
    }
    TinyHeader header =
        new TinyHeader(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
    long end = length;
    for (String line : text.substring(MAGIC.length() + 1, length).split("\n", -1)) {
      String[] words = line.split(" ", -1);
      if (words[0].equals("m")) {
        header.metadata.put(decode(words[1]), decode(words[2]));
      } else if (words[0].equals("t")) {
        TensorInfo info = new TensorInfo(DType.valueOf(words[2]), shape(words[3]));
        String name = decode(words[1]);
        if (header.tensors.put(name, info) != null) {
          throw new IllegalArgumentException("two tensors are named " + name);
        }
        header.begins.put(name, end);
        end = Math.addExact(end, info.bytes());
      }
    }
    if (end != file.length()) {
      throw new IllegalArgumentException(end + " bytes announced, " + file.length() + " there");
    }
    return header;
  }

  private static Shape shape(String text) {
    String dims = text.substring(1);
    return dims.isEmpty()
        ? Shape.of()
        : Shape.of(Arrays.stream(dims.split(",")).mapToInt(Integer::parseInt).toArray());
  }

  private static String line(String... words) {
    return String.join(" ", words) + "\n";
  }

  private static String encode(String text) {
    return "=" + Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  private static String decode(String text) {
    return new String(Base64.getDecoder().decode(text.substring(1)), UTF_8);
  }
}
