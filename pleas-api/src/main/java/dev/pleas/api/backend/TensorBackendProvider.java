package dev.pleas.api.backend;

import dev.pleas.api.provider.Provider;

/** Makes tensor backends. Named in {@code META-INF/services}. */
public interface TensorBackendProvider extends Provider<TensorBackend> {}
