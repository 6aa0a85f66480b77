package dev.pleas.cpu.solve;

import dev.pleas.api.provider.Availability;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.LeastSquaresSolverProvider;

/** Offers the solver {@code ejml}: Cholesky in pure Java, available everywhere. */
public final class EjmlSolverProvider implements LeastSquaresSolverProvider {
  /** Does nothing; for {@link java.util.ServiceLoader}. */
  public EjmlSolverProvider() {}

  @Override
  public String id() {
    return "ejml";
  }

  @Override
  public String description() {
    return "Cholesky factorisation in float64 with EJML";
  }

  @Override
  public int priority() {
    return 50;
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
    return new EjmlSolver();
  }
}
