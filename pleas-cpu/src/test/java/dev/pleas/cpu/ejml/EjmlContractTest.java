package dev.pleas.cpu.ejml;

import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.tck.TensorBackendContract;

class EjmlContractTest extends TensorBackendContract {
  @Override
  protected TensorBackendProvider provider() {
    return new EjmlBackendProvider();
  }

  @Override
  protected boolean strict() {
    return true;
  }
}
