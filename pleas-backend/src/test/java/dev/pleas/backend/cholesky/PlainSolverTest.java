package dev.pleas.backend.cholesky;

import dev.pleas.api.solve.LeastSquaresSolver;

class PlainSolverTest extends CholeskySolverTest {
  @Override
  protected LeastSquaresSolver create() {
    return new PlainSolver();
  }
}
