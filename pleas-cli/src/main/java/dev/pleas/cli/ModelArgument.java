package dev.pleas.cli;

import dev.pleas.cli.merge.NamedPath;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;

/** A network as people write it: {@code NAME=PATH}, or {@code PATH} alone. */
final class ModelArgument implements ITypeConverter<NamedPath> {
  private static final Pattern NAMED = Pattern.compile("([A-Za-z0-9_-]+)=(.+)");

  @Override
  public NamedPath convert(String text) {
    Matcher named = NAMED.matcher(text);
    return named.matches()
        ? new NamedPath(named.group(1), Path.of(named.group(2)))
        : new NamedPath("", Path.of(text));
  }
}
