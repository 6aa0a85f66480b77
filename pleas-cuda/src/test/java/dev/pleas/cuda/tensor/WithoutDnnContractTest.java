package dev.pleas.cuda.tensor;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Device;
import dev.pleas.api.provider.DeviceOptions;
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

  private static final class Provider implements TensorBackendProvider {
    private final CudaBackendProvider whole = new CudaBackendProvider();

    @Override
    public String id() {
      return whole.id();
    }

    @Override
    public String description() {
      return whole.description();
    }

    @Override
    public int priority() {
      return whole.priority();
    }

    @Override
    public int apiVersion() {
      return whole.apiVersion();
    }

    @Override
    public Availability probe() {
      return whole.probe();
    }

    @Override
    public List<Device> devices() {
      return whole.devices();
    }

    @Override
    public TensorBackend create() {
      return create(DeviceOptions.AUTOMATIC);
    }

    @Override
    public TensorBackend create(DeviceOptions options) {
      return CudaBackend.open(Gpus.choose(options.device()), options, false);
    }
  }
}
