package dev.pleas.cpu.solve;

import dev.pleas.backend.cholesky.CholeskyFactor;
import dev.pleas.backend.cholesky.CholeskySolver;
import dev.pleas.backend.cholesky.PanelProduct;

/** Cholesky with EJML's blocked kernels: pure Java, on all cores. */
final class EjmlSolver extends CholeskySolver {
  @Override
  protected CholeskyFactor allocate(int p) {
    return new EjmlCholeskyFactor(p);
  }

  @Override
  protected PanelProduct product(double[] x, int p, int q) {
    return new TiledProduct(x, p, q);
  }
}
