package dev.pleas.cpu.solve;

import dev.pleas.backend.cholesky.PanelProduct;
import dev.pleas.backend.cholesky.PanelProductTest;
import org.junit.jupiter.api.Assumptions;

class OpenBlasProductTest extends PanelProductTest {
  @Override
  protected PanelProduct product(double[] x, int p, int q) {
    Assumptions.assumeTrue(OpenBlasSolverTest.isAvailable(), "no OpenBLAS for this platform");
    return new OpenBlasProduct(x, p, q);
  }
}
