package dev.pleas.cuda.tensor;

import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.tck.TensorBackendContract;

class CudaContractTest extends TensorBackendContract {
  @Override
  protected TensorBackendProvider provider() {
    return new CudaBackendProvider();
  }

  @Override
  protected boolean strict() {
    return true;
  }
}
