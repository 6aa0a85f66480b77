package dev.pleas.api.checkpoint;

import dev.pleas.api.provider.Provider;

/** Makes checkpoint formats. Named in {@code META-INF/services}. */
public interface CheckpointFormatProvider extends Provider<CheckpointFormat> {}
