package dev.pleas.cpu.solve;

import dev.pleas.api.solve.LeastSquaresSolverProvider;
import dev.pleas.tck.LeastSquaresSolverContract;

class OpenBlasSolverContractTest extends LeastSquaresSolverContract {
  @Override
  protected LeastSquaresSolverProvider provider() {
    return new OpenBlasSolverProvider();
  }

  @Override
  protected boolean strict() {
    return true;
  }
}
