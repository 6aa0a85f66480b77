package dev.pleas.cpu.solve;

import dev.pleas.api.provider.Availability;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.backend.cholesky.CholeskySolverTest;
import org.junit.jupiter.api.Assumptions;

class OpenBlasSolverTest extends CholeskySolverTest {
  @Override
  protected LeastSquaresSolver create() {
    Assumptions.assumeTrue(isAvailable(), "no OpenBLAS for this platform");
    return new OpenBlasSolverProvider().create();
  }

  static boolean isAvailable() {
    return new OpenBlasSolverProvider().probe() instanceof Availability.Available;
  }
}
