package dev.pleas.cli;

import picocli.CommandLine.Option;

/** Which backend runs a network. */
final class BackendOption {
  @Option(
      names = "--backend",
      paramLabel = "ID",
      defaultValue = "auto",
      description = "What runs the network; see 'pleas backends'. (default: ${DEFAULT-VALUE})")
  private String backend = "auto";

  String id() {
    return backend;
  }
}
