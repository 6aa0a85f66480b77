package dev.pleas.tck;

import dev.pleas.api.match.Matcher;
import dev.pleas.api.match.MatcherProvider;

class SoundProviderTest extends ProviderContract<Matcher, MatcherProvider> {
  @Override
  protected MatcherProvider provider() {
    return new SoundProvider();
  }

  @Override
  protected boolean strict() {
    return true;
  }
}
