package dev.pleas.api.model;

import dev.pleas.api.provider.Provider;

/** Makes model adapters. Named in {@code META-INF/services}. */
public interface ModelAdapterProvider extends Provider<ModelAdapter> {}
