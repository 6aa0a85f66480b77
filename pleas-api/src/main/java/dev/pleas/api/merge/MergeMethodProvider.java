package dev.pleas.api.merge;

import dev.pleas.api.provider.Provider;

/** Makes merge methods. Named in {@code META-INF/services}. */
public interface MergeMethodProvider extends Provider<MergeMethod> {}
