package dev.pleas.api.solve;

import dev.pleas.api.matrix.Matrix;

/** What a solver found. Running into a singular system is a result, not an exception. */
public sealed interface Solution {
  /**
   * The system was solved.
   *
   * @param x p×q, finite
   * @param residual ‖(G + R)·X − (C + R·prior)‖_F / (‖G + R‖_F·‖X‖_F + ‖C + R·prior‖_F) of the X
   *     that is returned, 0 for an empty system and for X = 0 where that is right: near the float64
   *     rounding unit when the solver did its work, and not when X underflows or no X exists
   * @param conditionEstimate an estimate of the condition number of G + R in the units it was given
   *     in, in any of the usual norms and so within a factor of 3·p of that in the 2-norm; at least
   *     1, infinite when it exceeds float64 or rank is less than p, 1 for an empty system
   * @param rank the numerical rank; smaller than p only for a solver that returns the solution
   *     nearest to the prior of a singular system
   */
  record Solved(Matrix x, double residual, double conditionEstimate, int rank)
      implements Solution {}

  /**
   * G + R is singular to working precision and the solver does not handle that.
   *
   * @param rank how far the factorisation got, or the numerical rank where it is known; less than
   *     size
   * @param size p
   */
  record RankDeficient(int rank, int size) implements Solution {}
}
