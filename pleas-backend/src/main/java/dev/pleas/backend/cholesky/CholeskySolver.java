package dev.pleas.backend.cholesky;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.solve.Solution;

/**
 * Normal equations by Cholesky factorisation of the equilibrated matrix S = D·(G + R)·D. What a
 * subclass adds is where the arithmetic is done: a factor, and a product for the residual.
 *
 * <p>A system is rank deficient when a pivot is not positive, or when the estimated condition
 * number κ₁(S) reaches 1 / (4·ε·√max(p, 16)) with ε = 2⁻⁵², from 2.8e14 for small systems to 1.7e13
 * for p = 4608: the factorisation of an exactly singular S has rounding errors that make it look
 * like that, as sums of p terms err by about √p·ε (Higham, <i>Accuracy and Stability of Numerical
 * Algorithms</i>, 2nd ed., section 2.8). Equilibration takes the units of the features out of this
 * decision: a diagonal G is never deficient unless a diagonal entry is 0. The reported rank is then
 * the number of columns before the one with the least pivot.
 *
 * <p>There is no iterative refinement: Cholesky is backward stable for any scaling (ibid., section
 * 10.1), so in one precision the residual is at rounding level without it.
 *
 * <p>It has no state of its own. {@code solve} has one factor open or one product, never both, and
 * closes what it opened whatever throws; when closing throws too, that is suppressed. Threads that
 * share a solver call {@link #allocate} and {@link #product} at the same time.
 */
public abstract class CholeskySolver implements LeastSquaresSolver {
  /** For subclasses. */
  protected CholeskySolver() {}

  /**
   * Returns memory for a p×p matrix, which the caller closes. When it throws, as where a device is
   * out of memory, it has freed what it got so far.
   *
   * @param p at least 1
   */
  protected abstract CholeskyFactor allocate(int p);

  /**
   * Returns a product with X, which the caller closes. When it throws, it has freed what it got so
   * far.
   *
   * @param x p×q, row-major; never modified by anyone as long as the product is open, so that it
   *     may be kept
   * @param p at least 1
   * @param q may be 0
   */
  protected abstract PanelProduct product(double[] x, int p, int q);

  @Override
  public final Solution solve(NormalEquations equations) {
    int p = equations.unknowns();
    int q = equations.rightHandSides();
    if (p == 0) {
      return new Solution.Solved(Matrix.wrap(0, q, new double[0]), 0, 1, 0);
    }
    ScaledSystem system = new ScaledSystem(equations);
    double[] x;
    double condition;
    try (CholeskyFactor factor = allocate(p)) {
      system.writeTo(factor);
      int done = factor.factor();
      if (done < p) {
        return new Solution.RankDeficient(done, p);
      }
      if (!(system.scaledCondition(factor) < largestCondition(p))) {
        return new Solution.RankDeficient(leastPivot(factor, p), p);
      }
      condition = system.condition(factor);
      x = system.rightHandSide();
      factor.solve(x, q);
    }
    system.unscale(x);
    Matrix solution = Matrix.wrap(p, q, x);
    double residual;
    try (PanelProduct product = product(x, p, q)) {
      residual = Residual.of(equations, solution, product);
    }
    return new Solution.Solved(solution, residual, condition, p);
  }

  private static double largestCondition(int p) {
    return 1 / (4 * Math.ulp(1.0) * Math.sqrt(Math.max(p, 16)));
  }

  private static int leastPivot(CholeskyFactor factor, int p) {
    int least = 0;
    for (int i = 1; i < p; i++) {
      // Written so that a pivot that is not a number counts as the least.
      if (!(factor.pivot(i) >= factor.pivot(least))) {
        least = i;
      }
    }
    return least;
  }
}
