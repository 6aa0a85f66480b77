package dev.pleas.cpu.solve;

import dev.pleas.api.solve.LeastSquaresSolver;

class EjmlSolverTest extends CholeskySolverTest {
  @Override
  LeastSquaresSolver solver() {
    return new EjmlSolverProvider().create();
  }
}
