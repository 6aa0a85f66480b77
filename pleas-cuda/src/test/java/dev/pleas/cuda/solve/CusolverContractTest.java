package dev.pleas.cuda.solve;

import dev.pleas.api.solve.LeastSquaresSolverProvider;
import dev.pleas.cuda.standin.CleanStandIn;
import dev.pleas.tck.LeastSquaresSolverContract;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(CleanStandIn.class)
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
