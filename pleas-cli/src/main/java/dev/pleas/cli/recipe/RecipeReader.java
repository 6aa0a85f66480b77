package dev.pleas.cli.recipe;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.pleas.api.error.ConfigurationException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads recipes, and says where one is wrong. */
final class RecipeReader {
  private static final ObjectReader READER =
      YAMLMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
          .build()
          .readerFor(Recipe.class);

  private RecipeReader() {}

  /**
   * Reads a recipe.
   *
   * @throws ConfigurationException if the file is missing, is not YAML, or has an unknown key,
   *     naming the line
   */
  static Recipe read(Path file) {
    String text = "";
    try {
      text = Files.readString(file);
      return READER.readValue(text);
    } catch (UnrecognizedPropertyException e) {
      throw new ConfigurationException(
          at(file, lineOf(e.getPropertyName(), text))
              + ": unknown key "
              + e.getPropertyName()
              + inside(e)
              + "; known here: "
              + e.getKnownPropertyIds().stream()
                  .map(String::valueOf)
                  .sorted()
                  .collect(Collectors.joining(", ")),
          e);
    } catch (JsonMappingException e) {
      throw new ConfigurationException(
          at(file, e.getLocation()) + inside(e) + ": " + problem(e), e);
    } catch (JsonProcessingException e) {
      throw new ConfigurationException(
          at(file, e.getLocation()) + ": not YAML: " + firstLine(e), e);
    } catch (NoSuchFileException e) {
      throw new ConfigurationException("recipe " + file + ": there is no such file", e);
    } catch (CharacterCodingException e) {
      throw new ConfigurationException(
          "recipe " + file + ": not a text file in UTF-8; give a YAML recipe", e);
    } catch (IOException e) {
      throw new ConfigurationException("recipe " + file + ": cannot be read: " + e, e);
    }
  }

  private static String at(Path file, @Nullable JsonLocation location) {
    return at(file, location == null ? 0 : location.getLineNr());
  }

  private static String at(Path file, int line) {
    return "recipe " + file + (line < 1 ? "" : ", line " + line);
  }

  /**
   * The first line with this key, counted from 1; 0 if there is none. Jackson notices an unknown
   * key only at the end of what it stands in.
   */
  private static int lineOf(String key, String text) {
    Pattern use = Pattern.compile("(^|[\\s{,\"'-])" + Pattern.quote(key) + "[\"']?\\s*:");
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      if (use.matcher(lines.get(i)).find()) {
        return i + 1;
      }
    }
    return 0;
  }

  /** Where in the document, for instance {@code in models[0]}. */
  private static String inside(JsonMappingException e) {
    List<JsonMappingException.Reference> path = e.getPath();
    if (e instanceof UnrecognizedPropertyException && !path.isEmpty()) {
      path = path.subList(0, path.size() - 1); // The last step is the key itself.
    }
    StringBuilder text = new StringBuilder();
    for (JsonMappingException.Reference step : path) {
      if (step.getFieldName() == null) {
        text.append('[').append(step.getIndex()).append(']');
      } else {
        text.append(text.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return text.isEmpty() ? "" : " in " + text;
  }

  /** What is wrong, without the names of Java's types. */
  private static String problem(JsonMappingException e) {
    if (e.getCause() instanceof JsonParseException cause) {
      return "not YAML: " + firstLine(cause);
    }
    String message = firstLine(e);
    if (message.startsWith("No content")) {
      return "the file is empty";
    }
    if (message.startsWith("Missing required") || message.startsWith("Invalid `null`")) {
      return "a value is missing";
    }
    if (e instanceof InvalidFormatException wrong) {
      return "expected " + kind(wrong.getTargetType()) + ", found " + wrong.getValue();
    }
    if (e instanceof MismatchedInputException wrong && wrong.getTargetType() != null) {
      return "expected " + kind(wrong.getTargetType());
    }
    return message;
  }

  private static String kind(Class<?> type) {
    if (type == Integer.class || type == Long.class) {
      return "a whole number";
    } else if (Number.class.isAssignableFrom(type)) {
      return "a number";
    } else if (type == Boolean.class) {
      return "true or false";
    } else if (type == String.class) {
      return "text or a number";
    }
    return Collection.class.isAssignableFrom(type) ? "a list, [ … ]" : "keys with values, { … }";
  }

  private static String firstLine(JsonProcessingException e) {
    return String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
  }
}
