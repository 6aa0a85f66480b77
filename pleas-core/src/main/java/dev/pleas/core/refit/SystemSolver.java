package dev.pleas.core.refit;

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
  /**
   * @throws SingularSystemException if there is no finite solution
   */
  Solution.Solved solve(NormalEquations equations) {
    Solution solution = tools.solver().solve(equations);
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
