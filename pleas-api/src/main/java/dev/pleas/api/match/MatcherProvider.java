package dev.pleas.api.match;

import dev.pleas.api.provider.Provider;

/** Makes matchers. Named in {@code META-INF/services}. */
public interface MatcherProvider extends Provider<Matcher> {}
