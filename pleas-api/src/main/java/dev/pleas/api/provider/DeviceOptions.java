package dev.pleas.api.provider;

import org.jspecify.annotations.Nullable;

/**
 * What a person chooses about the device that an implementation runs on.
 *
 * @param device its number, or null for the provider's own choice
 * @param memoryBytes how much of its memory may be used, at least 1, or null for the provider's own
 *     choice
 */
public record DeviceOptions(@Nullable Integer device, @Nullable Long memoryBytes) {
  /** Leaves everything to the provider. */
  public static final DeviceOptions AUTOMATIC = new DeviceOptions(null, null);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if the number is negative or there is no memory
   */
  public DeviceOptions {
    if (device != null && device < 0) {
      throw new IllegalArgumentException("device " + device + ": devices are numbered from 0");
    }
    if (memoryBytes != null && memoryBytes < 1) {
      throw new IllegalArgumentException("device memory of " + memoryBytes + " bytes");
    }
  }
}
