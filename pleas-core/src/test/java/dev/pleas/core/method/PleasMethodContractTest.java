package dev.pleas.core.method;

import dev.pleas.api.merge.MergeMethodProvider;
import dev.pleas.tck.MergeMethodContract;

class PleasMethodContractTest extends MergeMethodContract {
  @Override
  protected MergeMethodProvider provider() {
    return new PleasProvider();
  }

  @Override
  protected boolean strict() {
    return true;
  }
}
