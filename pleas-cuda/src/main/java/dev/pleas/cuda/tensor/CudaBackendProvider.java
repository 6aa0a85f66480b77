package dev.pleas.cuda.tensor;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.error.ProviderException;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Device;
import dev.pleas.api.provider.DeviceOptions;
import dev.pleas.cuda.driver.CudaLibrary;
import dev.pleas.cuda.driver.Gpus;
import java.util.List;

/** Offers the backend {@code cuda}: NVIDIA GPUs. */
public final class CudaBackendProvider implements TensorBackendProvider {
  private static final List<CudaLibrary> NEEDED = List.of(CudaLibrary.NVRTC, CudaLibrary.CUBLAS);

  /** For {@link java.util.ServiceLoader}. */
  public CudaBackendProvider() {}

  @Override
  public String id() {
    return "cuda";
  }

  @Override
  public String description() {
    return "NVIDIA GPUs, by cuBLAS, cuDNN and kernels of its own";
  }

  @Override
  public int priority() {
    return 200;
  }

  @Override
  public int apiVersion() {
    return API_VERSION;
  }

  @Override
  public Availability probe() {
    return Gpus.probe(NEEDED);
  }

  @Override
  public List<Device> devices() {
    return Gpus.devices();
  }

  @Override
  public TensorBackend create() {
    return create(DeviceOptions.AUTOMATIC);
  }

  @Override
  public TensorBackend create(DeviceOptions options) {
    if (probe() instanceof Availability.Unavailable no) {
      throw new ProviderException(
          "backend cuda cannot be used here: " + no.reason() + " (" + no.remedy() + ")");
    }
    boolean dnn = CudaLibrary.CUDNN.load() == null;
    return CudaBackend.open(Gpus.choose(options.device()), options, dnn);
  }
}
