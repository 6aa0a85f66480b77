package dev.pleas.cuda.tensor;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.provider.DeviceOptions;
import dev.pleas.cuda.driver.CudaLibrary;
import dev.pleas.cuda.driver.CudaProvider;
import dev.pleas.cuda.driver.Gpus;
import java.util.List;

/** Offers the backend {@code cuda}: NVIDIA GPUs. */
public final class CudaBackendProvider extends CudaProvider<TensorBackend>
    implements TensorBackendProvider {
  /** For {@link java.util.ServiceLoader}. */
  public CudaBackendProvider() {
    super(
        "backend",
        "cuda",
        "NVIDIA GPUs, by cuBLAS, cuDNN and kernels of its own",
        List.of(CudaLibrary.NVRTC, CudaLibrary.CUBLAS),
        List.of(CudaLibrary.CUDNN));
  }

  @Override
  protected TensorBackend open(Gpus.Gpu gpu, DeviceOptions options) {
    return CudaBackend.open(gpu, options, CudaLibrary.CUDNN.load() == null);
  }
}
