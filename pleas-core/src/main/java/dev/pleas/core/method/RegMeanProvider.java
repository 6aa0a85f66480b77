package dev.pleas.core.method;

import dev.pleas.api.merge.MergeMethod;
import dev.pleas.api.merge.MergeMethodProvider;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Provider;

/** Offers {@code regmean}: least squares without permutations. */
public final class RegMeanProvider implements MergeMethodProvider {
  @Override
  public String id() {
    return "regmean";
  }

  @Override
  public String description() {
    return "RegMean: weights by least squares on the sources' own inputs, units as they stand";
  }

  @Override
  public int priority() {
    return 20;
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
    return new RegMeanMethod();
  }
}
