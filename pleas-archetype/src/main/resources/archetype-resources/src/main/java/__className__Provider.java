package ${package};

import dev.pleas.api.match.Matcher;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.provider.Availability;

/** Offers the matcher {@code ${id}}. */
public final class ${className}Provider implements MatcherProvider {
  @Override
  public String id() {
    return "${id}";
  }

  @Override
  public String description() {
    return "one line for people";
  }

  /** Below every matcher of PLeaS: it is used where it is asked for by its id. */
  @Override
  public int priority() {
    return 1;
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
    return new ${className}();
  }
}
