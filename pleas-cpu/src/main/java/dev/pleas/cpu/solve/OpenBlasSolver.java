package dev.pleas.cpu.solve;

import dev.pleas.backend.cholesky.CholeskyFactor;
import dev.pleas.backend.cholesky.CholeskySolver;
import dev.pleas.backend.cholesky.PanelProduct;

/** Cholesky with OpenBLAS, in native memory that is freed before {@code solve} returns. */
final class OpenBlasSolver extends CholeskySolver {
  @Override
  protected CholeskyFactor allocate(int p) {
    return new OpenBlasCholeskyFactor(p);
  }

  @Override
  protected PanelProduct product(double[] x, int p, int q) {
    return new OpenBlasProduct(x, p, q);
  }
}
