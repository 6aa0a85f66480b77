package dev.pleas.tck;

import dev.pleas.api.match.Matcher;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.provider.Availability;

/** Offers one matcher, or says why not. */
record FixedMatcherProvider(Matcher create, Availability probe) implements MatcherProvider {
  FixedMatcherProvider(Matcher create) {
    this(create, new Availability.Available("it is here"));
  }

  @Override
  public String id() {
    return "fixed";
  }

  @Override
  public String description() {
    return "made for a test";
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public int apiVersion() {
    return API_VERSION;
  }
}
