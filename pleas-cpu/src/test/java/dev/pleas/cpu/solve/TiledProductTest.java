package dev.pleas.cpu.solve;

import dev.pleas.backend.cholesky.PanelProduct;
import dev.pleas.backend.cholesky.PanelProductTest;

class TiledProductTest extends PanelProductTest {
  @Override
  protected PanelProduct product(double[] x, int p, int q) {
    return new TiledProduct(x, p, q);
  }
}
