package dev.pleas.cpu.solve;

/** Cholesky with EJML's blocked kernels: pure Java, on all cores. */
final class EjmlSolver extends CholeskySolver {
  @Override
  CholeskyFactor allocate(int p) {
    return new EjmlCholeskyFactor(p);
  }

  @Override
  Product product(double[] x, int p, int q) {
    return new TiledProduct(x, p, q);
  }
}
