package dev.pleas.cuda.solve;

import dev.pleas.backend.cholesky.CholeskyFactor;
import dev.pleas.backend.cholesky.CholeskyFactorTest;
import dev.pleas.cuda.driver.Gpus;
import dev.pleas.cuda.standin.CleanStandIn;
import dev.pleas.cuda.standin.Gpu;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(CleanStandIn.class)
class CusolverFactorTest extends CholeskyFactorTest {
  private SolverSession session;

  @BeforeEach
  void open() {
    Gpu.required();
    session = new SolverSession(Gpus.choose(null));
  }

  @AfterEach
  void close() {
    if (session != null) {
      session.close();
    }
  }

  @Override
  protected CholeskyFactor allocate(int p) {
    return new CusolverFactor(session, p);
  }
}
