package dev.pleas.cpu.solve;

import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.backend.cholesky.CholeskySolverTest;

class EjmlSolverTest extends CholeskySolverTest {
  @Override
  protected LeastSquaresSolver create() {
    return new EjmlSolverProvider().create();
  }
}
