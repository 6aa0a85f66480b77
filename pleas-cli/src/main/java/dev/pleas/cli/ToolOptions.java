package dev.pleas.cli;

import dev.pleas.cli.session.ToolIds;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which implementations a merge works with. */
final class ToolOptions {
  @Option(
      names = "--backend",
      paramLabel = "ID",
      defaultValue = "auto",
      description = "What runs the networks; see 'pleas backends'. (default: ${DEFAULT-VALUE})")
  private String backend = "auto";

  @Option(
      names = "--matcher",
      paramLabel = "ID",
      defaultValue = "auto",
      description = "What matches units. (default: ${DEFAULT-VALUE})")
  private String matcher = "auto";

  @Option(
      names = "--solver",
      paramLabel = "ID",
      defaultValue = "auto",
      description = "What solves least-squares problems. (default: ${DEFAULT-VALUE})")
  private String solver = "auto";

  @Mixin private DeviceChoice device = new DeviceChoice();

  ToolIds ids() {
    return new ToolIds(backend, matcher, solver, device.options());
  }
}
