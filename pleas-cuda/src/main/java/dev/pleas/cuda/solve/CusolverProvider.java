package dev.pleas.cuda.solve;

import dev.pleas.api.error.ProviderException;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Device;
import dev.pleas.api.provider.DeviceOptions;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.LeastSquaresSolverProvider;
import dev.pleas.cuda.driver.CudaLibrary;
import dev.pleas.cuda.driver.Gpus;
import java.util.List;

/** Offers the solver {@code cusolver}: Cholesky on NVIDIA GPUs. */
public final class CusolverProvider implements LeastSquaresSolverProvider {
  private static final List<CudaLibrary> NEEDED = List.of(CudaLibrary.CUBLAS, CudaLibrary.CUSOLVER);

  /** For {@link java.util.ServiceLoader}. */
  public CusolverProvider() {}

  @Override
  public String id() {
    return "cusolver";
  }

  @Override
  public String description() {
    return "Cholesky factorisation in float64 with cuSOLVER (NVIDIA GPUs)";
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
  public LeastSquaresSolver create() {
    return create(DeviceOptions.AUTOMATIC);
  }

  @Override
  public LeastSquaresSolver create(DeviceOptions options) {
    if (probe() instanceof Availability.Unavailable no) {
      throw new ProviderException(
          "solver cusolver cannot be used here: " + no.reason() + " (" + no.remedy() + ")");
    }
    return new CusolverSolver(Gpus.choose(options.device()));
  }
}
