package dev.pleas.api.provider;

import dev.pleas.api.error.ProviderException;
import java.util.List;

/**
 * Offers one implementation of a contract. Found with {@link java.util.ServiceLoader}: it has a
 * public constructor without arguments and does no work, and loads no native library, before {@link
 * #probe} or {@link #create} is called.
 *
 * @param <T> the contract
 */
public interface Provider<T> {
  /**
   * The version of these contracts. It grows when an implementation of an older version would no
   * longer work. A compile-time constant, so that a provider that returns it from {@link
   * #apiVersion} carries the version it was compiled against.
   */
  int API_VERSION = 1;

  /**
   * Returns the name that people choose it by: {@code [a-z][a-z0-9-]{0,31}}, always the same, and
   * not {@code auto}, which means the best there is.
   */
  String id();

  /** Returns one line for people, not empty. */
  String description();

  /**
   * Returns the rank in automatic choice: of the available providers the highest wins, ties go to
   * the smaller id.
   */
  int priority();

  /** Returns {@link #API_VERSION} as it was when the provider was compiled. */
  int apiVersion();

  /**
   * Says whether {@link #create} would work here, within a moment and without throwing. While the
   * machine stays as it is, so does the answer.
   */
  Availability probe();

  /**
   * Makes the implementation: a new one every time if it is to be closed.
   *
   * @throws ProviderException if it cannot be used here, or not after all, saying why
   */
  T create();

  /**
   * Returns the devices that {@link #create(DeviceOptions)} can choose from, in the order of their
   * numbers; empty where there is nothing to choose, or nothing can be used. Like {@link #probe} it
   * answers within a moment and without throwing.
   */
  default List<Device> devices() {
    return List.of();
  }

  /**
   * Makes the implementation on a chosen device; like {@link #create()}, which stands for {@link
   * DeviceOptions#AUTOMATIC}.
   *
   * @throws ProviderException also if there is no such device, or nothing to choose
   */
  default T create(DeviceOptions options) {
    if (!options.equals(DeviceOptions.AUTOMATIC)) {
      throw new ProviderException(
          id()
              + " does not run on a device that can be chosen; leave the device and its memory out");
    }
    return create();
  }
}
