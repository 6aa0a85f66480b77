package dev.pleas.cli.labels;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.cli.config.Json;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Class names as a person gives them: {@code {"lo": ["t-shirt", "trouser"], "hi": ["sandal"]}}, for
 * each network or output the name of the class of each of its values. Equal names are one class.
 *
 * @param origin where they stand, for messages
 * @param classes by the name of the network or output; unique and not blank in each list
 */
public record LabelMap(String origin, Map<String, List<String>> classes) {
  private static final ObjectReader READER =
      Json.mapper().reader().with(StreamReadFeature.STRICT_DUPLICATE_DETECTION);

  private static final String SHAPE = "{\"NAME\": [\"CLASS\", …], …}";

  /** Copies the collections. */
  public LabelMap {
    Map<String, List<String>> copy = new LinkedHashMap<>();
    classes.forEach((name, list) -> copy.put(name, List.copyOf(list)));
    classes = Collections.unmodifiableMap(copy);
  }

  /**
   * Reads a JSON file.
   *
   * @throws ConfigurationException if it is missing, no JSON, or no map from names to lists of
   *     class names
   */
  public static LabelMap read(Path file) {
    String origin = "label map " + file;
    try {
      return of(READER.readTree(Files.readString(file)), origin);
    } catch (JsonProcessingException e) {
      String line =
          e.getLocation() == null ? "" : ", line " + Math.max(1, e.getLocation().getLineNr());
      throw new ConfigurationException(
          origin
              + line
              + ": not JSON: "
              + e.getOriginalMessage().replaceFirst("(?s)( \\(start marker|\\R).*", "")
              + "; expected "
              + SHAPE,
          e);
    } catch (NoSuchFileException e) {
      throw new ConfigurationException(origin + ": there is no such file", e);
    } catch (CharacterCodingException e) {
      throw new ConfigurationException(origin + ": not a text file in UTF-8; expected " + SHAPE, e);
    } catch (IOException e) {
      throw new ConfigurationException(origin + ": cannot be read: " + e, e);
    }
  }

  /**
   * Reads a map.
   *
   * @throws ConfigurationException if it is no map from names to lists of class names
   */
  public static LabelMap of(JsonNode tree, String origin) {
    if (!tree.isObject() || tree.isEmpty()) {
      throw new ConfigurationException(
          origin + ": expected " + SHAPE + ", found " + describe(tree));
    }
    Map<String, List<String>> classes = new LinkedHashMap<>();
    tree.properties().forEach(entry -> classes.put(entry.getKey(), names(entry, origin)));
    return new LabelMap(origin, classes);
  }

  private static List<String> names(Map.Entry<String, JsonNode> entry, String origin) {
    String where = origin + ": " + entry.getKey();
    JsonNode list = entry.getValue();
    if (!list.isArray() || list.isEmpty()) {
      throw new ConfigurationException(
          where + ": expected a list of class names, found " + describe(list));
    }
    List<String> names = new ArrayList<>();
    for (JsonNode name : list) {
      if (!(name.isTextual() || name.isIntegralNumber()) || name.asText().isBlank()) {
        throw new ConfigurationException(
            where + ": class " + names.size() + ": expected a name, found " + describe(name));
      }
      int before = names.indexOf(name.asText());
      if (before >= 0) {
        throw new ConfigurationException(
            where
                + ": classes "
                + before
                + " and "
                + names.size()
                + " are both named "
                + name.asText()
                + "; names must be unique within a network");
      }
      names.add(name.asText());
    }
    return names;
  }

  private static String describe(JsonNode node) {
    if (node.isMissingNode()) {
      return "nothing";
    }
    String text = node.toString();
    return text.length() > 40 ? text.substring(0, 40) + "…" : text;
  }

  /** Refuses classes that are not as many as an output has values. */
  void requireFit(String name, Graph graph, String output) {
    long values = graph.valueShape(graph.outputs().getOrDefault(output, "")).elements();
    int found = classes.getOrDefault(name, List.of()).size();
    if (found != values) {
      throw new ConfigurationException(
          origin
              + ": labels of "
              + name
              + ": expected "
              + values
              + " class names, one for each value of the network's output, found "
              + found
              + "; list them in the order of the output");
    }
  }

  /** Refuses names other than these. */
  void requireNames(String kind, List<String> names) {
    for (String name : classes.keySet()) {
      if (!names.contains(name)) {
        throw new ConfigurationException(
            origin
                + ": there is no "
                + kind
                + " "
                + name
                + "; expected the classes of: "
                + String.join(", ", names));
      }
    }
    for (String name : names) {
      if (!classes.containsKey(name)) {
        throw new ConfigurationException(
            origin
                + ": the classes of "
                + kind
                + " "
                + name
                + " are missing; expected those of: "
                + String.join(", ", names));
      }
    }
  }
}
