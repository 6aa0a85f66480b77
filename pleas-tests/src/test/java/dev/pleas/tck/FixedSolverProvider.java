package dev.pleas.tck;

import dev.pleas.api.provider.Availability;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.LeastSquaresSolverProvider;

/** Offers one solver, or says why not. */
record FixedSolverProvider(LeastSquaresSolver create, Availability probe)
    implements LeastSquaresSolverProvider {
  FixedSolverProvider(LeastSquaresSolver create) {
    this(create, new Availability.Available("it is here"));
  }

  @Override
  public String id() {
    return "fixed";
  }

  @Override
  public String description() {
    return "made for a test";
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public int apiVersion() {
    return API_VERSION;
  }
}
