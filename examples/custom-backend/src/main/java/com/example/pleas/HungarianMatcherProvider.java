package com.example.pleas;

import dev.pleas.api.match.Matcher;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.provider.Availability;

/** Offers the matcher {@code example-hungarian}. */
public final class HungarianMatcherProvider implements MatcherProvider {
  @Override
  public String id() {
    return "example-hungarian";
  }

  @Override
  public String description() {
    return "Hungarian algorithm in few lines";
  }

  /** Above the matcher of pleas-cpu, which has 100: it is chosen wherever this jar is. */
  @Override
  public int priority() {
    return 200;
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
    return new HungarianMatcher();
  }
}
