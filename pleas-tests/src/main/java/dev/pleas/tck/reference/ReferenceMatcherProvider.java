package dev.pleas.tck.reference;

import dev.pleas.api.match.Matcher;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.provider.Availability;

/** Offers {@link ReferenceMatcher} as {@code reference}. */
public final class ReferenceMatcherProvider implements MatcherProvider {
  /** Does nothing. */
  public ReferenceMatcherProvider() {}

  @Override
  public String id() {
    return "reference";
  }

  @Override
  public String description() {
    return "shortest augmenting paths; slow and plain, for tests";
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public int apiVersion() {
    return API_VERSION;
  }

  @Override
  public Availability probe() {
    return new Availability.Available("plain Java");
  }

  @Override
  public Matcher create() {
    return new ReferenceMatcher();
  }
}
