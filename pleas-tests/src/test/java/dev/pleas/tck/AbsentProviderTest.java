package dev.pleas.tck;

import dev.pleas.api.match.Matcher;
import dev.pleas.api.match.MatcherProvider;

class AbsentProviderTest extends ProviderContract<Matcher, MatcherProvider> {
  @Override
  protected MatcherProvider provider() {
    return new AbsentProvider();
  }

  @Override
  protected boolean strict() {
    return true;
  }
}
