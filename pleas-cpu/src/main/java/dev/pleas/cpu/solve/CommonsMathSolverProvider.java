package dev.pleas.cpu.solve;

import dev.pleas.api.provider.Availability;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.LeastSquaresSolverProvider;

/** Offers the solver {@code commons-math}: slower than Cholesky, and solves singular systems. */
public final class CommonsMathSolverProvider implements LeastSquaresSolverProvider {
  /** Does nothing; for {@link java.util.ServiceLoader}. */
  public CommonsMathSolverProvider() {}

  @Override
  public String id() {
    return "commons-math";
  }

  @Override
  public String description() {
    return "symmetric eigendecomposition with Commons Math; solves singular systems too";
  }

  @Override
  public int priority() {
    return 10;
  }

  @Override
  public int apiVersion() {
    return API_VERSION;
  }

  @Override
  public Availability probe() {
    return new Availability.Available("pure Java");
  }

  @Override
  public LeastSquaresSolver create() {
    return new EigenSolver();
  }
}
