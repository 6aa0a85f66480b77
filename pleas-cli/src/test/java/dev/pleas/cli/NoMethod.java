package dev.pleas.cli;

import dev.pleas.api.merge.MergeMethod;
import dev.pleas.api.merge.MergeMethodProvider;
import dev.pleas.api.provider.Availability;

/** A plugin that is not on the classpath's list of services. */
public final class NoMethod implements MergeMethodProvider {
  @Override
  public String id() {
    return "no-method";
  }

  @Override
  public String description() {
    return "does nothing";
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
  public MergeMethod create() {
    throw new UnsupportedOperationException();
  }
}
