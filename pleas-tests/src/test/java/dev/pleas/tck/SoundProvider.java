package dev.pleas.tck;

import dev.pleas.api.match.Matcher;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.provider.Availability;

/** Keeps every rule of a provider; found with ServiceLoader in the tests of this module. */
public class SoundProvider implements MatcherProvider {
  /** Does nothing. */
  public SoundProvider() {}

  @Override
  public String id() {
    return "sound";
  }

  @Override
  public String description() {
    return "pairs every unit with itself";
  }

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
    return new Availability.Available("");
  }

  @Override
  public Matcher create() {
    return similarity -> Permutation.identity(similarity.rows());
  }
}
