package dev.pleas.api.provider;

import org.jspecify.annotations.Nullable;

/**
 * A provider that was found, usable or not.
 *
 * @param kind the provider interface
 * @param id its id, or what is known of it when it could not be loaded
 * @param origin the file name of the jar or folder it came from, or {@code unknown}
 * @param version the jar's implementation version, or {@code unknown}
 * @param priority its priority; 0 when it could not be loaded
 * @param availability whether it can be used, and if not why
 * @param provider the provider; null when it could not be loaded or must not be used
 * @param <P> the provider interface
 */
public record RegistryEntry<P extends Provider<?>>(
    Class<P> kind,
    String id,
    String origin,
    String version,
    int priority,
    Availability availability,
    @Nullable P provider) {
  /** Returns whether the provider can be used. */
  public boolean usable() {
    return provider != null && availability instanceof Availability.Available;
  }
}
