package dev.pleas.bench;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.LeastSquaresSolverProvider;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.solve.Solution;
import java.util.Arrays;

/** Solves the normal equations of one layer, residual and condition estimate included. */
final class SolverTask implements Task<Solution> {
  private final Chosen<LeastSquaresSolver> solver;
  private final NormalEquations equations;

  /**
   * Makes the equations. The Gram matrix is random and symmetric with 2·√p added to its diagonal:
   * eigenvalues of the random part are within ±2·√(p/3) (Wigner), so it is positive definite.
   *
   * @param choice of a solver
   * @param p unknowns: input channels times kernel elements of a layer
   * @param q right-hand sides: output channels
   */
  SolverTask(String choice, int p, int q) {
    solver = Task.create(LeastSquaresSolverProvider.class, choice);
    double[] gram = new double[Math.multiplyExact(p, p)];
    for (int i = 0; i < p; i++) {
      for (int j = i; j < p; j++) {
        double value = Uniform.at(1, (long) i * p + j);
        gram[i * p + j] = value;
        gram[j * p + i] = value;
      }
      gram[i * p + i] += 2 * Math.sqrt(p);
    }
    double[] ridge = new double[p];
    Arrays.fill(ridge, 0.02 * Math.sqrt(p));
    equations =
        new NormalEquations(
            Matrix.wrap(p, p, gram),
            Matrix.wrap(p, q, Uniform.doubles(2, p * q)),
            Matrix.wrap(p, q, Uniform.doubles(3, p * q)),
            ridge);
  }

  @Override
  public Solution run() {
    return solver.it().solve(equations);
  }

  @Override
  public Fingerprint fingerprint(Solution result) {
    if (result instanceof Solution.Solved solved) {
      return Fingerprint.of(solved.x().values());
    }
    throw new IllegalStateException("a positive definite system was not solved: " + result);
  }

  @Override
  public String implementation() {
    return solver.id();
  }

  @Override
  public void close() {
    solver.it().close();
  }
}
