package dev.pleas.cli;

import picocli.CommandLine.Option;

/** How a command that computes answers. */
final class OutputOptions {
  @Option(
      names = {"-q", "--quiet"},
      description = "Shows no progress.")
  boolean quiet;

  @Option(names = "--json", description = "Prints the result as JSON.")
  boolean json;
}
