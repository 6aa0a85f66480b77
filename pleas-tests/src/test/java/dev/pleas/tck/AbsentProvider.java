package dev.pleas.tck;

import dev.pleas.api.error.ProviderException;
import dev.pleas.api.match.Matcher;
import dev.pleas.api.provider.Availability;

/** Cannot be used anywhere, and says so by the rules. */
public class AbsentProvider extends SoundProvider {
  /** Does nothing. */
  public AbsentProvider() {}

  @Override
  public String id() {
    return "absent";
  }

  @Override
  public Availability probe() {
    return new Availability.Unavailable("there is no such machine", "build one");
  }

  @Override
  public Matcher create() {
    throw new ProviderException("there is no such machine: build one");
  }
}
