package dev.pleas.cpu.solve;

import dev.pleas.api.error.ProviderException;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.LeastSquaresSolverProvider;

/** Offers the solver {@code openblas}: Cholesky in native code, where its library can be loaded. */
public final class OpenBlasSolverProvider implements LeastSquaresSolverProvider {
  /** Does nothing, and loads nothing native; for {@link java.util.ServiceLoader}. */
  public OpenBlasSolverProvider() {}

  @Override
  public String id() {
    return "openblas";
  }

  @Override
  public String description() {
    return "Cholesky factorisation in float64 with OpenBLAS (native)";
  }

  @Override
  public int priority() {
    return 100;
  }

  @Override
  public int apiVersion() {
    return API_VERSION;
  }

  @Override
  public Availability probe() {
    return OpenBlasLibrary.availability();
  }

  @Override
  public LeastSquaresSolver create() {
    if (probe() instanceof Availability.Unavailable no) {
      throw new ProviderException(
          "solver openblas cannot be used here: " + no.reason() + " (" + no.remedy() + ")");
    }
    return new OpenBlasSolver();
  }
}
