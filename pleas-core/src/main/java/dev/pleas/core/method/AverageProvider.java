package dev.pleas.core.method;

import dev.pleas.api.merge.MergeMethod;
import dev.pleas.api.merge.MergeMethodProvider;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Provider;

/** Offers {@code average}: the plain mean of all weights. */
public final class AverageProvider implements MergeMethodProvider {
  @Override
  public String id() {
    return "average";
  }

  @Override
  public String description() {
    return "the plain mean of all weights";
  }

  @Override
  public int priority() {
    return 10;
  }

  @Override
  public int apiVersion() {
    return Provider.API_VERSION;
  }

  @Override
  public Availability probe() {
    return new Availability.Available("");
  }

  @Override
  public MergeMethod create() {
    return new AverageMethod();
  }
}
