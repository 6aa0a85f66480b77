package dev.pleas.bench;

import dev.pleas.api.provider.DeviceOptions;
import dev.pleas.api.provider.Provider;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.provider.Selection;

/**
 * One piece of work on one implementation, with its inputs ready.
 *
 * @param <R> the result
 */
interface Task<R> extends AutoCloseable {
  /** Does the work once. This is what is timed. */
  R run();

  /** Returns what to compare with another implementation's result. */
  Fingerprint fingerprint(R result);

  /** Returns the provider's id and what it runs on. */
  String implementation();

  /**
   * Returns the largest number of bytes that tensors took on the backend so far, as its {@code
   * memoryBytes} says; −1 if there is no backend to ask.
   */
  default long peakBytes() {
    return -1;
  }

  /** Frees inputs and implementation. */
  @Override
  default void close() {}

  /**
   * Finds an implementation.
   *
   * @param id a provider's id, or {@code auto}
   * @throws dev.pleas.api.error.ProviderException if there is none, or it cannot be used here
   */
  static <P extends Provider<?>> Selection<P> select(Class<P> kind, String id) {
    return Registry.of(Task.class.getClassLoader()).select(kind, id);
  }

  /**
   * Makes an implementation.
   *
   * @param choice a provider's id, or {@code auto}, and where a device is chosen a colon and its
   *     number: {@code cuda:0}
   * @throws dev.pleas.api.error.ProviderException as {@link #select}, or if there is no such device
   */
  static <T, P extends Provider<T>> Chosen<T> create(Class<P> kind, String choice) {
    int colon = choice.indexOf(':');
    Selection<P> selection = select(kind, colon < 0 ? choice : choice.substring(0, colon));
    DeviceOptions device =
        colon < 0
            ? DeviceOptions.AUTOMATIC
            : new DeviceOptions(Integer.valueOf(choice.substring(colon + 1)), null);
    return new Chosen<>(selection.entry().id(), selection.provider().create(device));
  }

  /**
   * An implementation.
   *
   * @param id its provider's id
   * @param it the implementation
   * @param <T> its contract
   */
  record Chosen<T>(String id, T it) {}
}
