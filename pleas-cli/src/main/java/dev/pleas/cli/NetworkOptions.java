package dev.pleas.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What a checkpoint may not say of its network. */
final class NetworkOptions {
  @Option(
      names = "--heads",
      paramLabel = "N",
      converter = Heads.class,
      description = "Attention heads of a transformer, where its checkpoint does not say it.")
  private @Nullable Integer heads;

  /** Returns the number of heads, or null if none was given. */
  @Nullable Integer heads() {
    return heads;
  }

  /** Reads what was typed. */
  static final class Heads implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      if (!text.matches("[1-9]\\d{0,5}")) {
        throw new TypeConversionException(
            "expected the number of attention heads, found \"" + text + "\"");
      }
      return Integer.valueOf(text);
    }
  }
}
