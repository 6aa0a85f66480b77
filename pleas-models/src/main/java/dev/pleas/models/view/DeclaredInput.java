package dev.pleas.models.view;

import dev.pleas.api.error.ModelException;
import dev.pleas.api.tensor.Shape;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The input's shape as a checkpoint's metadata may say it, for instance {@code 1x28x28}. */
public final class DeclaredInput {
  /** Metadata key. */
  public static final String KEY = "pleas.input";

  private static final Pattern INPUT =
      Pattern.compile("([1-9]\\d{0,6})x([1-9]\\d{0,6})x([1-9]\\d{0,6})");

  private DeclaredInput() {}

  /**
   * Returns the shape, or null if the metadata does not say it.
   *
   * @throws ModelException if it says something else
   */
  public static @Nullable Shape of(Map<String, String> metadata) {
    @Nullable String text = metadata.get(KEY);
    if (text == null) {
      return null;
    }
    Matcher matcher = INPUT.matcher(text);
    if (!matcher.matches()) {
      throw new ModelException(
          "metadata "
              + KEY
              + ": expected channels, height and width such as 3x224x224, found \""
              + text
              + "\"");
    }
    return Shape.of(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)));
  }
}
