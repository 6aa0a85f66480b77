package dev.pleas.cpu.solve;

import dev.pleas.backend.cholesky.CholeskyFactor;
import dev.pleas.backend.cholesky.CholeskyFactorTest;

class EjmlCholeskyFactorTest extends CholeskyFactorTest {
  @Override
  protected CholeskyFactor allocate(int p) {
    return new EjmlCholeskyFactor(p);
  }
}
