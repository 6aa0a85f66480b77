package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.LeastSquaresSolverProvider;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.solve.Solution;

/** How the rules of a solver judge: in words, and by bounds that follow from float64. */
abstract class SolverRules
    extends ProviderContract<LeastSquaresSolver, LeastSquaresSolverProvider> {
  /**
   * Returns how many times the derived rounding bound the solver may reach: 1 for one that works in
   * float64 and is backward stable, as solvers by Cholesky factorisation, eigenvalues or singular
   * values are.
   */
  protected double tolerance() {
    return 1;
  }

  /**
   * Returns the largest residual that rounding explains: factorisation and substitution take sums
   * of up to p products, each of which errs by at most p roundings of 2⁻⁵³ and in practice by about
   * √p.
   */
  final double bound(int p) {
    return tolerance() * (p + 4) * Math.ulp(1.0);
  }

  /** Solves a regular system, and fails unless that gives finite X of the right shape. */
  final Solution.Solved solved(String what, NormalEquations equations) {
    Solution solution = solve(what, equations);
    if (solution instanceof Solution.RankDeficient no) {
      throw new AssertionError(
          what + " is regular, and was reported as of rank " + no.rank() + " of " + no.size());
    }
    return checked(what, equations, (Solution.Solved) solution);
  }

  /** Solves a regular system, and fails unless it satisfies the equations up to rounding. */
  final Solution.Solved solvedWell(String what, NormalEquations equations) {
    Solution.Solved solved = solved(what, equations);
    int p = equations.unknowns();
    double residual = Systems.residual(equations, solved.x());
    if (!(residual <= bound(p))) {
      throw new AssertionError(
          what + ": X misses the equations by " + residual + ", rounding explains " + bound(p));
    }
    assertEquals(p, solved.rank(), what + ": rank");
    return solved;
  }

  /** Solves, and says which system it was when that fails. */
  final Solution solve(String what, NormalEquations equations) {
    try (LeastSquaresSolver solver = create()) {
      return solve(what, solver, equations);
    }
  }

  private static Solution solve(String what, LeastSquaresSolver solver, NormalEquations equations) {
    try {
      return solver.solve(equations);
    } catch (RuntimeException e) {
      throw new AssertionError(what + ": solve threw " + e, e);
    }
  }

  /** Fails unless X has the right shape and finite elements. */
  final Solution.Solved checked(String what, NormalEquations e, Solution.Solved solved) {
    Matrix x = solved.x();
    String shape = e.unknowns() + "×" + e.rightHandSides();
    assertEquals(shape, x.rows() + "×" + x.columns(), what + ": shape of X");
    int at = x.firstNonFinite();
    if (at >= 0) {
      throw new AssertionError(
          what + ": X[" + at / x.columns() + ", " + at % x.columns() + "] is " + x.values()[at]);
    }
    return solved;
  }

  /**
   * Fails unless two solutions agree up to their errors, which are the condition number times the
   * residuals that rounding explains.
   */
  final void requireClose(String what, Matrix expected, Matrix x, double condition) {
    double apart = Systems.norm(Systems.minus(x, expected));
    double most = 4 * condition * bound(x.rows()) * Systems.norm(expected);
    if (!(apart <= most)) {
      throw new AssertionError(
          what
              + ": X is "
              + apart
              + " away from what it should be (Frobenius norm), rounding explains "
              + most);
    }
  }
}
