package dev.pleas.cpu.match;

import dev.pleas.api.match.Matcher;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.provider.Availability;

/** Offers the matcher {@code jonker-volgenant}: pure Java, exact, available everywhere. */
public final class JonkerVolgenantProvider implements MatcherProvider {
  /** Does nothing; for {@link java.util.ServiceLoader}. */
  public JonkerVolgenantProvider() {}

  @Override
  public String id() {
    return "jonker-volgenant";
  }

  @Override
  public String description() {
    return "exact linear assignment by shortest augmenting paths, O(n³) time, O(n) memory";
  }

  @Override
  public int priority() {
    return 100;
  }

  @Override
  public int apiVersion() {
    return API_VERSION;
  }

  @Override
  public Availability probe() {
    return new Availability.Available("pure Java");
  }

  @Override
  public Matcher create() {
    return new JonkerVolgenant();
  }
}
