package dev.pleas.cuda.solve;

import dev.pleas.api.solve.LeastSquaresSolverProvider;
import dev.pleas.tck.LeastSquaresSolverContract;

class CusolverContractTest extends LeastSquaresSolverContract {
  @Override
  protected LeastSquaresSolverProvider provider() {
    return new CusolverProvider();
  }

  @Override
  protected boolean strict() {
    return true;
  }
}
