package dev.pleas.cuda.tensor;

import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.cuda.standin.CleanStandIn;
import dev.pleas.tck.TensorBackendContract;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(CleanStandIn.class)
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
