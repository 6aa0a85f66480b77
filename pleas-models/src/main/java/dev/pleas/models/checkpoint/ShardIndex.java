package dev.pleas.models.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.pleas.api.error.CheckpointException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which file has which tensor, as Hugging Face stores it: {@code {"metadata": {"total_size": 8},
 * "weight_map": {"conv1.weight": "model-00001-of-00002.safetensors"}}}.
 *
 * @param files the files' names by the tensors', in the order of the index
 * @param metadata the strings among the index's metadata
 */
record ShardIndex(Map<String, String> files, Map<String, String> metadata) {
  /** An index of a hundred thousand tensors has about half of this. */
  private static final long LARGEST = 16L << 20;

  private static final String WEIGHT_MAP = "weight_map";
  private static final String METADATA = "metadata";
  private static final String REMEDY =
      ": it is damaged or no index of a sharded checkpoint; fetch it again";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * Reads an index.
   *
   * @throws CheckpointException if it cannot be read, is too large, no JSON, or has a name twice
   */
  static ShardIndex read(Path path) {
    try {
      long bytes = Files.size(path);
      if (bytes > LARGEST) {
        throw new CheckpointException(
            path
                + ": expected an index of at most "
                + LARGEST
                + " bytes, found "
                + bytes
                + ": this is no index of a sharded checkpoint");
      }
      JsonNode tree = JSON.readTree(Files.readAllBytes(path));
      JsonNode map = tree.path(WEIGHT_MAP);
      if (!map.isObject() || map.isEmpty()) {
        throw new CheckpointException(
            path
                + ": expected a JSON object with a "
                + WEIGHT_MAP
                + ", which says of each tensor in which file it is, found "
                + (map.isEmpty() && map.isObject() ? "an empty one" : "none")
                + REMEDY);
      }
      return new ShardIndex(strings(map, path, true), strings(tree.path(METADATA), path, false));
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          path + ": not valid JSON: " + e.getOriginalMessage() + REMEDY, e);
    } catch (IOException e) {
      throw new CheckpointException(path + ": cannot be read: " + e, e);
    }
  }

  private static Map<String, String> strings(JsonNode object, Path path, boolean required) {
    Map<String, String> strings = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      if (entry.getValue().isTextual()) {
        strings.put(entry.getKey(), entry.getValue().textValue());
      } else if (required) {
        throw new CheckpointException(
            path
                + ": tensor "
                + entry.getKey()
                + ": expected the name of a file, found "
                + entry.getValue().getNodeType()
                + REMEDY);
      }
    }
    return Collections.unmodifiableMap(strings);
  }

  /**
   * Writes an index.
   *
   * @param totalBytes of all tensors
   * @throws CheckpointException if it cannot be written
   */
  static void write(Path path, Map<String, String> files, long totalBytes) {
    Map<String, Object> index = new LinkedHashMap<>();
    index.put(METADATA, Map.of("total_size", totalBytes));
    index.put(WEIGHT_MAP, files);
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
    try {
      Files.writeString(
          path, JSON.writer(printer).writeValueAsString(index) + "\n", StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CheckpointException(path + ": cannot be written: " + e, e);
    }
  }
}
