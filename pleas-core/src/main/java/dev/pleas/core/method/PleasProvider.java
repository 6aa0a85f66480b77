package dev.pleas.core.method;

import dev.pleas.api.merge.MergeMethod;
import dev.pleas.api.merge.MergeMethodProvider;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Provider;

/** Offers {@code pleas}: alignment, partial merging and least-squares refit. */
public final class PleasProvider implements MergeMethodProvider {
  @Override
  public String id() {
    return "pleas";
  }

  @Override
  public String description() {
    return "align units by permutations, merge within a budget, refit by least squares";
  }

  @Override
  public int priority() {
    return 100;
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
    return new PleasMethod();
  }
}
