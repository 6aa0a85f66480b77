package dev.pleas.core.method;

import dev.pleas.api.merge.MergeMethodProvider;
import dev.pleas.tck.MergeMethodContract;

class RegMeanMethodContractTest extends MergeMethodContract {
  @Override
  protected MergeMethodProvider provider() {
    return new RegMeanProvider();
  }

  @Override
  protected boolean strict() {
    return true;
  }
}
