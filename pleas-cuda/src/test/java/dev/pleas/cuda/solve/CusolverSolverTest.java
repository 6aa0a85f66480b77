package dev.pleas.cuda.solve;

import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.backend.cholesky.CholeskySolverTest;
import dev.pleas.cuda.standin.CleanStandIn;
import dev.pleas.cuda.standin.Gpu;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(CleanStandIn.class)
class CusolverSolverTest extends CholeskySolverTest {
  @Override
  protected LeastSquaresSolver create() {
    Gpu.required();
    return new CusolverProvider().create();
  }
}
