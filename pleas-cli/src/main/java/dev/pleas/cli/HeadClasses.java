package dev.pleas.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;

/**
 * The classes of a head as people write them: {@code lo=0-4}, or {@code 0-4} where it is clear
 * which head is meant.
 *
 * @param head its name, or null
 * @param range its classes
 */
record HeadClasses(@Nullable String head, ClassRange range) {
  private static final Pattern NAMED = Pattern.compile("([A-Za-z0-9_-]+)=(.*)");

  /** Reads what was typed. */
  static final class Converter implements ITypeConverter<HeadClasses> {
    @Override
    public HeadClasses convert(String text) {
      Matcher named = NAMED.matcher(text);
      ClassRange.Converter ranges = new ClassRange.Converter();
      return named.matches()
          ? new HeadClasses(named.group(1), ranges.convert(named.group(2)))
          : new HeadClasses(null, ranges.convert(text));
    }
  }
}
