package dev.pleas.cpu.solve;

import dev.pleas.api.solve.LeastSquaresSolverProvider;
import dev.pleas.tck.LeastSquaresSolverContract;

class EjmlSolverContractTest extends LeastSquaresSolverContract {
  @Override
  protected LeastSquaresSolverProvider provider() {
    return new EjmlSolverProvider();
  }

  @Override
  protected boolean strict() {
    return true;
  }
}
