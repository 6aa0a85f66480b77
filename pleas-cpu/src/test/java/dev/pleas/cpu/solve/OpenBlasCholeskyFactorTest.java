package dev.pleas.cpu.solve;

import dev.pleas.backend.cholesky.CholeskyFactor;
import dev.pleas.backend.cholesky.CholeskyFactorTest;
import org.junit.jupiter.api.Assumptions;

class OpenBlasCholeskyFactorTest extends CholeskyFactorTest {
  @Override
  protected CholeskyFactor allocate(int p) {
    Assumptions.assumeTrue(OpenBlasSolverTest.isAvailable(), "no OpenBLAS for this platform");
    return new OpenBlasCholeskyFactor(p);
  }
}
