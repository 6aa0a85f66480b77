package dev.pleas.cpu.solve;

import dev.pleas.api.solve.LeastSquaresSolverProvider;
import dev.pleas.tck.LeastSquaresSolverContract;

class CommonsMathSolverContractTest extends LeastSquaresSolverContract {
  @Override
  protected LeastSquaresSolverProvider provider() {
    return new CommonsMathSolverProvider();
  }

  @Override
  protected boolean strict() {
    return true;
  }
}
