package dev.pleas.cuda.solve;

import dev.pleas.api.provider.DeviceOptions;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.LeastSquaresSolverProvider;
import dev.pleas.cuda.driver.CudaLibrary;
import dev.pleas.cuda.driver.CudaProvider;
import dev.pleas.cuda.driver.Gpus;
import java.util.List;

/** Offers the solver {@code cusolver}: Cholesky on NVIDIA GPUs. */
public final class CusolverProvider extends CudaProvider<LeastSquaresSolver>
    implements LeastSquaresSolverProvider {
  /** For {@link java.util.ServiceLoader}. */
  public CusolverProvider() {
    super(
        "solver",
        "cusolver",
        "Cholesky factorisation in float64 with cuSOLVER (NVIDIA GPUs)",
        List.of(CudaLibrary.CUBLAS, CudaLibrary.CUSOLVER),
        List.of());
  }

  @Override
  protected LeastSquaresSolver open(Gpus.Gpu gpu, DeviceOptions options) {
    return new CusolverSolver(gpu);
  }
}
