package com.example.pleas;

import dev.pleas.api.provider.Availability;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.LeastSquaresSolverProvider;

/** Offers the solver {@code example-cholesky}. */
public final class PivotedCholeskyProvider implements LeastSquaresSolverProvider {
  @Override
  public String id() {
    return "example-cholesky";
  }

  @Override
  public String description() {
    return "pivoted Cholesky factorisation in few lines";
  }

  /** Below every solver of pleas-cpu: it is used where it is asked for by its id. */
  @Override
  public int priority() {
    return 1;
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
    return new PivotedCholesky();
  }
}
