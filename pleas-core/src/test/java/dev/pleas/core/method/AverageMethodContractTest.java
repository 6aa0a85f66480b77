package dev.pleas.core.method;

import dev.pleas.api.merge.MergeMethodProvider;
import dev.pleas.tck.MergeMethodContract;

class AverageMethodContractTest extends MergeMethodContract {
  @Override
  protected MergeMethodProvider provider() {
    return new AverageProvider();
  }

  @Override
  protected boolean strict() {
    return true;
  }
}
