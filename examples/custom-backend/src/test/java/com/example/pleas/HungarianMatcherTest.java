package com.example.pleas;

import dev.pleas.api.match.MatcherProvider;
import dev.pleas.tck.MatcherContract;

class HungarianMatcherTest extends MatcherContract {
  @Override
  protected MatcherProvider provider() {
    return new HungarianMatcherProvider();
  }
}
