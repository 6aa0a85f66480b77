package dev.pleas.api.solve;

/**
 * Solves normal equations in float64. Deterministic. Safe for use by several threads. Closed by
 * whoever asked for it.
 */
public interface LeastSquaresSolver extends AutoCloseable {
  /**
   * Solves (G + diag(ridge))·X = C + diag(ridge)·prior. Every right-hand side is solved up to the
   * rounding of float64: its residual is a small multiple of p·2⁻⁵². A system is singular only when
   * it is to working precision, so that one with condition number 1e12 is still solved.
   *
   * @return the solution with its residual and condition, or that the system is rank deficient;
   *     never an answer of another problem (nothing is added to the system to make it easier)
   * @throws dev.pleas.api.error.SingularSystemException if an element of X exceeds float64, naming
   *     it as in {@code [1, 2]}, row and column
   */
  Solution solve(NormalEquations equations);

  /**
   * Returns whether a singular system gets the least-squares solution nearest to the prior (true),
   * or is reported as {@link Solution.RankDeficient} (false).
   */
  default boolean solvesSingular() {
    return false;
  }

  /**
   * Frees what it holds between calls; a solver that holds nothing has nothing to do. Does nothing
   * the second time.
   */
  @Override
  default void close() {}
}
