package dev.pleas.core.method;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.merge.MethodParameter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A method's settings, defaults filled in, read with their types. */
final class Settings {
  private final Map<String, String> values = new LinkedHashMap<>();

  /**
   * @throws ConfigurationException if a setting is given that the method does not know
   */
  Settings(List<MethodParameter> known, Map<String, String> given) {
    known.forEach(
        p -> values.put(p.name(), given.getOrDefault(p.name(), p.defaultValue()).strip()));
    for (String name : given.keySet()) {
      if (!values.containsKey(name)) {
        throw new ConfigurationException(
            "unknown setting " + name + "; there are: " + String.join(", ", values.keySet()));
      }
    }
  }

  /** Returns every setting in force. */
  Map<String, String> all() {
    return values;
  }

  /** Replaces a setting by what it came to mean, for the report. */
  void resolve(String name, String value) {
    values.put(name, value);
  }

  String text(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no setting " + name);
    }
    return value;
  }

  double real(String name, double least, double most) {
    try {
      double value = Double.parseDouble(text(name));
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // reported below with the text that was found
    }
    throw wrong(
        name,
        most == Double.MAX_VALUE
            ? "a finite number of at least " + plain(least)
            : "a number from " + plain(least) + " to " + plain(most));
  }

  long whole(String name, long least, long most) {
    try {
      long value = Long.parseLong(text(name));
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // reported below with the text that was found
    }
    throw wrong(name, "a whole number from " + least + " to " + most);
  }

  boolean flag(String name) {
    return switch (text(name)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(name, "true or false");
    };
  }

  <E extends Enum<E>> E choice(String name, Class<E> type) {
    for (E constant : type.getEnumConstants()) {
      if (option(constant).equals(text(name))) {
        return constant;
      }
    }
    throw wrong(name, "one of " + options(type));
  }

  /** Returns the names of an enum's constants as settings spell them, for descriptions. */
  static <E extends Enum<E>> String options(Class<E> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(Settings::option)
        .collect(Collectors.joining(", "));
  }

  /** INNER_PRODUCT is spelled inner-product. */
  static String option(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String plain(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  private ConfigurationException wrong(String name, String expected) {
    return new ConfigurationException(
        name + ": expected " + expected + ", found \"" + text(name) + "\"");
  }
}
