package dev.pleas.tck.reference;

import dev.pleas.api.provider.Availability;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.LeastSquaresSolverProvider;

/** Offers {@link ReferenceSolver} as {@code reference}. */
public final class ReferenceSolverProvider implements LeastSquaresSolverProvider {
  /** Does nothing. */
  public ReferenceSolverProvider() {}

  @Override
  public String id() {
    return "reference";
  }

  @Override
  public String description() {
    return "Jacobi eigenvalues; slow and plain, for tests";
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public int apiVersion() {
    return API_VERSION;
  }

  @Override
  public Availability probe() {
    return new Availability.Available("plain Java");
  }

  @Override
  public LeastSquaresSolver create() {
    return new ReferenceSolver();
  }
}
