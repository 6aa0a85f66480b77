package dev.pleas.bench;

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
}
