package dev.pleas.core.refit;

import dev.pleas.api.error.ProviderException;
import dev.pleas.api.error.SingularSystemException;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.solve.Solution;
import java.util.function.Consumer;

/**
 * Solves the systems of a layer, singular ones by the solver that is for them, which is noted.
 *
 * @param layer what to call it
 * @param notes is told when a system is singular
 */
record SystemSolver(String layer, Tools tools, Consumer<String> notes) {
  /** A relative residual that rounding does not explain, not even in float32. */
  private static final double WRONG = 1e-4;

  /**
   * @throws SingularSystemException if there is no finite solution
   * @throws ProviderException if what the solver found is no solution
   */
  Solution.Solved solve(NormalEquations equations) {
    Solution solution = tools.solver().solve(equations);
    // A singular system need not have an exact solution: where inputs hardly vary, what is left of
    // the moments about the means is rounding.
    boolean singular = solution instanceof Solution.RankDeficient;
    if (solution instanceof Solution.RankDeficient deficient) {
      notes.accept(
          layer
              + ": the system has rank "
              + deficient.rank()
              + " of "
              + deficient.size()
              + "; the solver for singular systems took the solution nearest to the initial weights");
      solution = tools.singularSolver().solve(equations);
    }
    if (solution instanceof Solution.Solved solved && solved.x().firstNonFinite() < 0) {
      if (!singular && solved.residual() > WRONG) {
        throw new ProviderException(
            layer
                + ": what the solver found misses the least-squares system by a relative residual of "
                + solved.residual()
                + "; expected one near 1e-16: the solver or the library behind it computes wrongly"
                + " on this machine; choose another solver");
      }
      return solved;
    }
    throw new SingularSystemException(
        layer
            + ": the least-squares system of "
            + equations.unknowns()
            + " unknowns cannot be solved: "
            + solution
            + "; use a larger ridge or more calibration data");
  }
}
