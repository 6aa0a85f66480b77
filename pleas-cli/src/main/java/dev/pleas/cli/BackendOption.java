package dev.pleas.cli;

import dev.pleas.api.provider.DeviceOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which backend runs a network. */
final class BackendOption {
  @Option(
      names = "--backend",
      paramLabel = "ID",
      defaultValue = "auto",
      description = "What runs the network; see 'pleas backends'. (default: ${DEFAULT-VALUE})")
  private String backend = "auto";

  @Mixin private DeviceChoice device = new DeviceChoice();

  String id() {
    return backend;
  }

  DeviceOptions device() {
    return device.options();
  }
}
