package dev.pleas.cpu.match;

import dev.pleas.api.match.MatcherProvider;
import dev.pleas.tck.MatcherContract;

class JonkerVolgenantContractTest extends MatcherContract {
  @Override
  protected MatcherProvider provider() {
    return new JonkerVolgenantProvider();
  }

  @Override
  protected boolean strict() {
    return true;
  }
}
