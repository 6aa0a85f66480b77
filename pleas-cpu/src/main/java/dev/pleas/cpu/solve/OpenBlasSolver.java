package dev.pleas.cpu.solve;

/** Cholesky with OpenBLAS, in native memory that is freed before {@code solve} returns. */
final class OpenBlasSolver extends CholeskySolver {
  @Override
  CholeskyFactor allocate(int p) {
    return new OpenBlasCholeskyFactor(p);
  }

  @Override
  Product product(double[] x, int p, int q) {
    return new OpenBlasProduct(x, p, q);
  }
}
