package dev.pleas.core.naming;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Names of layers or groups: in a pattern, * stands for any characters and ? for one. */
public final class NamePattern {
  private final Pattern pattern;

  private NamePattern(Pattern pattern) {
    this.pattern = pattern;
  }

  /** Returns the pattern that is written so. */
  public static NamePattern of(String text) {
    return new NamePattern(
        Pattern.compile(
            Stream.of(text.split("(?<=[*?])|(?=[*?])"))
                .map(
                    part ->
                        switch (part) {
                          case "*" -> ".*";
                          case "?" -> ".";
                          default -> Pattern.quote(part);
                        })
                .collect(Collectors.joining())));
  }

  /** Returns the names that fit, in their order. */
  public List<String> matching(Collection<String> names) {
    return names.stream().filter(name -> pattern.matcher(name).matches()).toList();
  }
}
