package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pleas.api.error.SingularSystemException;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.solve.Solution;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Rules solver416 to solver424: what a solver says of a solution, and of systems without one. */
abstract class RankRules extends RidgeRules {
  @Test
  void required_solver416_residualIsThatOfTheSolution() {
    for (int p : new int[] {1, 5, 40}) {
      NormalEquations e = Systems.regular(p, 3, new Random(416 + p));
      residualIsHonest("a regular system, p = " + p, e);
    }
    // The solution, (37.4, 21.6)·2⁻¹⁰⁷⁴, has five or six binary digits in float64: none is good.
    Matrix right = Systems.column(Math.scalb(96.4, -474), Math.scalb(102.2, -474));
    Matrix gram = Systems.matrix(2, 2, k -> Math.scalb(new double[] {2, 1, 1, 3}[k], 600));
    residualIsHonest("a solution near the least float64", Systems.plain(gram, right));
  }

  private void residualIsHonest(String what, NormalEquations e) {
    Solution.Solved solved = solved(what, e);
    double truth = Systems.exactResidual(e, solved.x());
    double apart = Math.abs(solved.residual() - truth);
    assertTrue(
        apart <= bound(e.unknowns()) + truth / 10,
        () -> what + ": the residual of X is " + truth + ", reported " + solved.residual());
  }

  @Test
  void required_solver417_conditionIsReportedHonestly() {
    int p = 24;
    for (int exponent = 0; exponent <= 12; exponent++) {
      double condition = Math.pow(10, exponent);
      Random random = new Random(417 + exponent);
      Matrix gram = Systems.ofCondition(p, condition, random);
      conditionIsHonest(
          "condition 1e" + exponent, condition, Systems.plain(gram, Systems.zeros(p, 1)));
    }
    conditionIsHonest(
        "condition 1e10 by units alone, diag(1e6, 1, 1e-4)",
        1e10,
        Systems.plain(Systems.diagonal(1e6, 1, 1e-4), Systems.zeros(3, 1)));
    conditionIsHonest(
        "condition 1e6 by ridge alone, diag(1, 1) + diag(1e6, 0)",
        1e6,
        new NormalEquations(
            Systems.diagonal(1, 1),
            Systems.zeros(2, 1),
            Systems.zeros(2, 1),
            new double[] {1e6, 0}));
  }

  /** Norms differ by a factor of p at most, and an estimator may be 3 times too low. */
  private void conditionIsHonest(String what, double condition, NormalEquations e) {
    double reported = solved(what, e).conditionEstimate();
    double factor = 3.0 * e.unknowns();
    assertTrue(
        reported >= Math.max(1, condition / factor) && reported <= condition * factor,
        () -> what + ": reported " + reported + ", expected it within a factor of " + factor);
  }

  @Test
  void required_solver418_illConditionedSystemsAreSolvedAsTheyAre() {
    for (int exponent = 2; exponent <= 12; exponent += 2) {
      Random random = new Random(418 + exponent);
      Matrix gram = Systems.ofCondition(40, Math.pow(10, exponent), random);
      NormalEquations e = Systems.plain(gram, Systems.gaussian(40, 2, random));
      solvedWell("condition 1e" + exponent + " without ridge", e);
    }
  }

  @Test
  void required_solver419_unitsScaleTheSolution() {
    Random random = new Random(419);
    Matrix gram = Systems.ofCondition(9, 10, random);
    Matrix c = Systems.gaussian(9, 2, random);
    NormalEquations e = Systems.plain(gram, c);
    for (int[] exponents : new int[][] {{-900, 0}, {900, 0}, {-900, -900}, {900, 900}}) {
      double byGram = Math.scalb(1.0, exponents[0]);
      double byRight = Math.scalb(1.0, exponents[1]);
      String what = "G in units of 2^" + exponents[0] + ", C in units of 2^" + exponents[1];
      Solution.Solved solved = solved(what, Systems.scaled(gram, byGram, c, byRight));
      // Powers of two: scaling rounds nothing, and X in its units solves the system without.
      Matrix x = Systems.matrix(9, 2, k -> solved.x().values()[k] / byRight * byGram);
      double residual = Systems.residual(e, x);
      assertTrue(residual <= bound(9), () -> what + ": X misses the equations by " + residual);
      assertTrue(
          solved.residual() <= bound(9) && solved.conditionEstimate() <= 10 * 27,
          () -> what + ": reported residual and condition depend on units: " + solved);
    }
  }

  @Test
  void required_solver420_solutionBeyondFloat64IsRefused() {
    NormalEquations e = Systems.plain(Systems.column(1e-200), Systems.column(1e200));
    try (LeastSquaresSolver solver = create()) {
      Solution found = solver.solve(e);
      Assertions.fail("1e-200·X = 1e200 has no solution in float64, found " + found);
    } catch (SingularSystemException refused) {
      String message = String.valueOf(refused.getMessage());
      assertTrue(
          message.contains("[0, 0]"),
          () -> "the message must name the element of X, [0, 0], found: " + message);
    }
  }

  /** Systems without rounding, by what they are, with their rank. */
  private static Map<String, Map.Entry<NormalEquations, Integer>> singular() {
    Random random = new Random(421);
    Map<String, Map.Entry<NormalEquations, Integer>> systems = new LinkedHashMap<>();
    put(systems, "G = 0, p = 4", Systems.zeros(4, 4), 0);
    for (int p : new int[] {2, 5, 61}) {
      Matrix gram = Systems.wholeGram(2 * p + 5, p, random);
      int dead = p / 2;
      put(
          systems,
          "dead input " + dead + " of " + p,
          Systems.matrix(p, p, k -> k / p == dead || k % p == dead ? 0 : gram.values()[k]),
          p - 1);
      int[] columns = IntStream.range(0, p).map(i -> i == p - 1 ? 0 : i).toArray();
      put(
          systems,
          "last of " + p + " inputs the same as the first",
          gram.select(columns, columns),
          p - 1);
    }
    put(systems, "3 samples of 10 inputs", Systems.wholeGram(3, 10, random), 3);
    put(systems, "39 samples of 40 inputs", Systems.wholeGram(39, 40, random), 39);
    return systems;
  }

  private static void put(
      Map<String, Map.Entry<NormalEquations, Integer>> systems,
      String what,
      Matrix gram,
      int rank) {
    int p = gram.rows();
    Matrix weights = Systems.matrix(p, 2, k -> k % 5 - 2);
    Matrix prior = Systems.matrix(p, 2, k -> k % 3 - 1);
    NormalEquations e =
        new NormalEquations(gram, Systems.multiply(gram, weights), prior, new double[p]);
    systems.put(what, Map.entry(e, rank));
  }

  @Test
  void required_solver421_singularSystemsAreReported() {
    boolean solvesSingular = solvesSingular();
    singular()
        .forEach(
            (what, system) -> {
              NormalEquations e = system.getKey();
              int rank = system.getValue();
              Solution found = solve(what, e);
              if (found instanceof Solution.RankDeficient no) {
                assertTrue(!solvesSingular, () -> what + ": solvesSingular() is true, found " + no);
                assertEquals(e.unknowns(), no.size(), what + ": size");
                assertTrue(
                    no.rank() >= 0 && no.rank() < no.size() && (rank > 0 || no.rank() == 0),
                    () -> what + ": reported rank " + no.rank() + ", it is " + rank);
              } else {
                Solution.Solved solved = checked(what, e, (Solution.Solved) found);
                assertTrue(
                    solvesSingular,
                    () -> what + " is singular and was solved; solvesSingular() is false");
                assertEquals(rank, solved.rank(), what + ": rank");
                assertEquals(
                    Double.POSITIVE_INFINITY,
                    solved.conditionEstimate(),
                    what + ": condition of a singular system");
              }
            });
  }

  @Test
  void required_solver422_singularSystemsKeepThePriorWhereDataAreSilent() {
    assumeSolvesSingular();
    // Three copies of each input: data say what their weights sum to, the prior how they differ.
    int m = 10;
    int p = 3 * m;
    Random random = new Random(422);
    int[] copies = IntStream.range(0, p).map(i -> i % m).toArray();
    Matrix gram = Systems.wholeGram(2 * m + 5, m, random).select(copies, copies);
    Matrix c = Systems.multiply(gram, Systems.gaussian(p, 2, random));
    Matrix prior = Systems.gaussian(p, 2, random);
    String what = "three copies of " + m + " inputs";
    NormalEquations e = new NormalEquations(gram, c, prior, new double[p]);
    Matrix x = checked(what, e, solvedSingular(what, e)).x();
    double residual = Systems.residual(e, x);
    assertTrue(residual <= bound(p), () -> what + ": X misses the equations by " + residual);
    Matrix moved = Systems.minus(x, prior);
    Matrix mean =
        Systems.matrix(
            p,
            2,
            k -> {
              int first = k % (2 * m);
              double[] v = moved.values();
              return (v[first] + v[first + 2 * m] + v[first + 4 * m]) / 3;
            });
    // Of 2m + 5 random samples of m inputs the Gram matrix has a condition far below 1000.
    requireClose(what + ", X − prior against its mean over copies", mean, moved, 1000);
  }

  @Test
  void required_solver423_inconsistentSystemsAreProjected() {
    assumeSolvesSingular();
    NormalEquations e =
        new NormalEquations(
            Systems.diagonal(2, 0), Systems.column(2, 5), Systems.column(0, -3), new double[2]);
    String what = "diag(2, 0)·X = (2, 5) with prior (0, −3)";
    Solution.Solved solved = solvedSingular(what, e);
    requireClose(what, Systems.column(1, -3), solved.x(), 1);
    // ‖(0, −5)‖ / (2·‖(1, −3)‖ + ‖(2, 5)‖): the part that no X can meet.
    double expected = 5 / (2 * Math.sqrt(10) + Math.sqrt(29));
    assertEquals(expected, solved.residual(), bound(2), what + ": residual");
  }

  private void assumeSolvesSingular() {
    Assumptions.assumeTrue(solvesSingular(), "solvesSingular() is false");
  }

  private boolean solvesSingular() {
    try (LeastSquaresSolver solver = create()) {
      return solver.solvesSingular();
    }
  }

  private Solution.Solved solvedSingular(String what, NormalEquations e) {
    if (solve(what, e) instanceof Solution.Solved solved) {
      return solved;
    }
    throw new AssertionError(what + ": solvesSingular() is true, found that it is deficient");
  }
}
