package dev.pleas.tck;

import dev.pleas.api.merge.MergeMethodProvider;

class TinyMethodTest extends MergeMethodContract {
  @Override
  protected MergeMethodProvider provider() {
    return TestProvider.method(TinyMethod::new);
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
