package dev.pleas.cpu.nd4j;

import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.tck.TensorBackendContract;

class Nd4jContractTest extends TensorBackendContract {
  @Override
  protected TensorBackendProvider provider() {
    return new Nd4jBackendProvider();
  }

  @Override
  protected boolean strict() {
    return true;
  }
}
