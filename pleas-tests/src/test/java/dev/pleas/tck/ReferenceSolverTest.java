package dev.pleas.tck;

import dev.pleas.api.solve.LeastSquaresSolverProvider;
import dev.pleas.tck.reference.ReferenceSolverProvider;

class ReferenceSolverTest extends LeastSquaresSolverContract {
  @Override
  protected LeastSquaresSolverProvider provider() {
    return new ReferenceSolverProvider();
  }

  @Override
  protected boolean registered() {
    return false;
  }

  @Override
  protected boolean strict() {
    return true;
  }
}
