package dev.pleas.models.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.pleas.api.error.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What Hugging Face's and timm's {@code config.json} beside a checkpoint says of the network, as
 * metadata: {@code {"vision_config": {"patch_size": 16}}} is {@code config.vision_config.patch_size
 * = 16}.
 */
public final class ConfigFile {
  /** The file's name. */
  public static final String NAME = "config.json";

  private static final long LARGEST = 4L << 20;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private ConfigFile() {}

  /**
   * Returns the values of the file beside a checkpoint, by their paths in it; those in lists have
   * numbers, {@code config.architectures.0}. Nothing if there is no such file, or if it is this
   * project's own.
   *
   * @throws CheckpointException if it cannot be read or is no JSON object
   */
  public static Map<String, String> beside(Path checkpoint) {
    Path file = checkpoint.resolveSibling(NAME);
    return Files.isRegularFile(file) ? read(file) : new LinkedHashMap<>();
  }

  /**
   * Returns the values of a file, as {@link #beside}.
   *
   * @throws CheckpointException if it cannot be read or is no JSON object
   */
  public static Map<String, String> read(Path file) {
    Map<String, String> values = new LinkedHashMap<>();
    try {
      if (Files.size(file) > LARGEST) {
        throw new CheckpointException(
            file + ": expected at most " + LARGEST + " bytes, found " + Files.size(file));
      }
      JsonNode tree = JSON.readTree(file.toFile());
      if (!tree.isObject()) {
        throw new CheckpointException(file + ": expected a JSON object");
      }
      if (!tree.path("format").asText().startsWith("pleas-model")) {
        flatten("config", tree, values);
      }
      return values;
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          file + ": damaged: " + e.getOriginalMessage() + "; repair it, or move it away", e);
    } catch (IOException e) {
      throw new CheckpointException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static void flatten(String path, JsonNode node, Map<String, String> values) {
    if (node.isObject()) {
      node.properties()
          .forEach(field -> flatten(path + "." + field.getKey(), field.getValue(), values));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        flatten(path + "." + i, node.get(i), values);
      }
    } else if (!node.isNull()) {
      values.put(path, node.asText());
    }
  }
}
