package dev.pleas.api.solve;

/** Solves normal equations in float64. Deterministic. Safe for use by several threads. */
public interface LeastSquaresSolver {
  /**
   * Solves (G + diag(ridge))·X = C + diag(ridge)·prior.
   *
   * @return the solution with its residual and condition, or that the system is rank deficient;
   *     never an answer of another problem
   */
  Solution solve(NormalEquations equations);

  /**
   * Returns whether a singular system gets the least-squares solution nearest to the prior (true),
   * or is reported as {@link Solution.RankDeficient} (false).
   */
  default boolean solvesSingular() {
    return false;
  }
}
