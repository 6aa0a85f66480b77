package dev.pleas.cuda.tensor;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.provider.DeviceOptions;
import dev.pleas.cuda.driver.CudaLibrary;
import dev.pleas.cuda.driver.CudaProvider;
import dev.pleas.cuda.driver.Gpus;
import dev.pleas.cuda.standin.CleanStandIn;
import dev.pleas.tck.TensorBackendContract;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;

/** The backend where cuDNN is not installed. */
@ExtendWith(CleanStandIn.class)
class WithoutDnnContractTest extends TensorBackendContract {
  @Override
  protected TensorBackendProvider provider() {
    return new Provider();
  }

  @Override
  protected boolean strict() {
    return true;
  }

  @Override
  protected boolean registered() {
    return false;
  }

  private static final class Provider extends CudaProvider<TensorBackend>
      implements TensorBackendProvider {
    Provider() {
      super(
          "backend",
          "cuda",
          "without cuDNN",
          List.of(CudaLibrary.NVRTC, CudaLibrary.CUBLAS),
          List.of());
    }

    @Override
    protected TensorBackend open(Gpus.Gpu gpu, DeviceOptions options) {
      return CudaBackend.open(gpu, options, false);
    }
  }
}
