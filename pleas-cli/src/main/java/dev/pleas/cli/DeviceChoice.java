package dev.pleas.cli;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.provider.DeviceOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which device a backend runs on, where it has several to choose from. */
final class DeviceChoice {
  private static final int LARGEST_MIB = 1 << 30;

  @Option(
      names = "--device",
      paramLabel = "N",
      description =
          "The GPU to use, as 'pleas backends' numbers them. (default: the one with the most free"
              + " memory)")
  private @Nullable Integer device;

  @Option(
      names = "--device-memory-mib",
      paramLabel = "MIB",
      description = "How much of the GPU's memory may be used. (default: 90 %% of what is free)")
  private @Nullable Integer memory;

  /**
   * Returns what was chosen.
   *
   * @throws ConfigurationException if a number is out of range
   */
  DeviceOptions options() {
    if (device != null && device < 0) {
      throw new ConfigurationException(
          "--device " + device + ": GPUs are numbered from 0; see 'pleas backends'");
    }
    if (memory != null && (memory < 1 || memory > LARGEST_MIB)) {
      throw new ConfigurationException(
          "--device-memory-mib " + memory + ": expected a number from 1 to " + LARGEST_MIB);
    }
    return new DeviceOptions(device, memory == null ? null : (long) memory << 20);
  }
}
