package dev.pleas.api.solve;

import dev.pleas.api.matrix.Matrix;

/** What a solver found. Running into a singular system is a result, not an exception. */
public sealed interface Solution {
  /**
   * The system was solved.
   *
   * @param x p×q
   * @param residual ‖(G + R)·X − (C + R·prior)‖_F / (‖G + R‖_F·‖X‖_F + ‖C + R·prior‖_F), 0 for an
   *     empty system: near the float64 rounding unit when the solver did its work
   * @param conditionEstimate an estimate of the condition number of G + R, at least 1 (infinite
   *     when it exceeds float64; 1 for an empty system)
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
