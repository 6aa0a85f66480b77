package dev.pleas.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Classes as people write them: {@code 0-4}, or {@code 5,7,9}, or both. */
record ClassRange(List<Integer> classes) {
  /** Reads what was typed. */
  static final class Converter implements ITypeConverter<ClassRange> {
    @Override
    public ClassRange convert(String text) {
      List<Integer> classes = new ArrayList<>();
      for (String part : text.split(",", -1)) {
        if (!part.matches("\\d{1,5}(-\\d{1,5})?")) {
          throw new TypeConversionException(
              "expected classes such as 0-4 or 5,7,9, found \"" + text + "\"");
        }
        int dash = part.indexOf('-');
        int first = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
        int last = Integer.parseInt(part.substring(dash + 1));
        if (last < first) {
          throw new TypeConversionException("expected a range from low to high, found " + part);
        }
        for (int c = first; c <= last; c++) {
          classes.add(c);
        }
      }
      return new ClassRange(List.copyOf(classes));
    }
  }
}
