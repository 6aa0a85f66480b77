package dev.pleas.tck;

import dev.pleas.api.match.MatcherProvider;
import dev.pleas.tck.reference.ReferenceMatcherProvider;

class ReferenceMatcherTest extends MatcherContract {
  @Override
  protected MatcherProvider provider() {
    return new ReferenceMatcherProvider();
  }

  @Override
  protected boolean registered() {
    return false;
  }

  @Override
  protected boolean strict() {
    return true;
  }
}
