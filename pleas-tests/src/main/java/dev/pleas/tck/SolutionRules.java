package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.solve.Solution;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.junit.jupiter.api.Test;

/** Rules solver401 to solver411: the solution is the right one, without ridge and with little. */
abstract class SolutionRules extends SolverRules {
  @Test
  void required_solver401_oneUnknownIsDivided() {
    double[][] cases = {
      {4, 0.5, 3, 7}, {1e-300, 0, 2e-300, 0}, {1e300, 1e300, 0, 3}, {0, 2, 0, -5}, {3, 0, -1, 9}
    };
    for (double[] k : cases) {
      NormalEquations e =
          new NormalEquations(
              Systems.column(k[0]),
              Systems.column(k[2]),
              Systems.column(k[3]),
              new double[] {k[1]});
      // Halved: gram + ridge itself may overflow.
      double expected = (k[2] / 2 + k[1] * (k[3] / 2)) / (k[0] / 2 + k[1] / 2);
      String what = "gram " + k[0] + ", ridge " + k[1] + ", right " + k[2] + ", prior " + k[3];
      requireClose(what, Systems.column(expected), solved(what, e).x(), 1);
    }
  }

  @Test
  void required_solver402_diagonalSystemsFollowTheFormula() {
    double[] g = {4, 0.5, 9, 2};
    double[] ridge = {1, 0, 3, 0.25};
    Matrix c = Systems.matrix(4, 2, k -> k + 1);
    Matrix prior = Systems.matrix(4, 2, k -> 7 - 3 * k);
    Matrix expected =
        Systems.matrix(
            4,
            2,
            k -> (c.values()[k] + ridge[k / 2] * prior.values()[k]) / (g[k / 2] + ridge[k / 2]));
    String what = "a diagonal system with ridge and prior";
    NormalEquations e = new NormalEquations(Systems.diagonal(g), c, prior, ridge);
    requireClose(what, expected, solved(what, e).x(), 24);
  }

  @Test
  void required_solver403_normalEquationsAreSatisfied() {
    int[][] shapes = {{1, 1}, {2, 130}, {3, 7}, {59, 3}, {60, 60}, {61, 2}, {65, 17}, {257, 40}};
    for (int[] s : shapes) {
      NormalEquations e = Systems.regular(s[0], s[1], new Random(403 + s[0]));
      solvedWell("a regular system, p = " + s[0] + ", q = " + s[1], e);
    }
  }

  @Test
  void required_solver404_weightsBehindTheTargetsAreRecovered() {
    for (int p : new int[] {1, 2, 7, 64, 121, 200}) {
      Random random = new Random(404 + p);
      Matrix gram = Systems.ofCondition(p, 100, random);
      Matrix weights = Systems.gaussian(p, 3, random);
      String what = "targets that weights explain, p = " + p;
      NormalEquations e = Systems.plain(gram, Systems.multiply(gram, weights));
      requireClose(what, weights, solved(what, e).x(), 100);
    }
  }

  @Property(tries = 60)
  @AddLifecycleHook(SkipUnavailable.class)
  void required_solver405_noPerturbationLowersTheObjective(
      @ForAll @IntRange(min = 1, max = 12) int p,
      @ForAll @IntRange(min = 1, max = 5) int q,
      @ForAll @IntRange(max = 8) int magnitude,
      @ForAll long seed) {
    Random random = new Random(seed);
    NormalEquations e = Systems.regular(p, q, random);
    String what = "p = " + p + ", q = " + q;
    Matrix x = solved(what, e).x();
    Matrix step = Systems.gaussian(p, q, random);
    double least = Systems.objective(e, x);
    for (int sign : new int[] {1, -1}) {
      double size = sign * Math.pow(10, -magnitude);
      Matrix moved = Systems.matrix(p, q, k -> x.values()[k] + size * step.values()[k]);
      // The objective is a sum of terms of this size, of p·q products each.
      double reach = Systems.norm(moved) + Systems.norm(x) + Systems.norm(e.prior());
      double scale = Systems.norm(Systems.left(e)) * reach + Systems.norm(Systems.right(e));
      double objective = Systems.objective(e, moved);
      assertTrue(
          objective >= least - 4 * q * bound(p) * scale * reach,
          () -> what + ": a step of " + size + " lowers the objective by " + (least - objective));
    }
  }

  @Property(tries = 30)
  @AddLifecycleHook(SkipUnavailable.class)
  void required_solver406_orderOfUnknownsAndTargetsDoesNotMatter(
      @ForAll @IntRange(min = 1, max = 70) int p, @ForAll long seed) {
    Random random = new Random(seed);
    int q = 4;
    NormalEquations e = Systems.regular(p, q, random);
    int[] rows = Permutation.random(p, random).toArray();
    int[] columns = Permutation.random(q, random).toArray();
    NormalEquations reordered =
        new NormalEquations(
            e.gram().select(rows, rows),
            e.rightHandSide().select(rows, columns),
            e.prior().select(rows, columns),
            IntStream.of(rows).mapToDouble(i -> e.ridge()[i]).toArray());
    Matrix expected = solved("in order, p = " + p, e).x().select(rows, columns);
    String what = "unknowns and targets reordered, p = " + p;
    requireClose(what, expected, solved(what, reordered).x(), Systems.REGULAR);
  }

  @Test
  void required_solver407_everyRightHandSideIsSolvedOnItsOwn() {
    int p = 9;
    int q = 1100;
    Random random = new Random(407);
    NormalEquations e = Systems.regular(p, q, random);
    // Every other right-hand side 2⁴⁰ times smaller than its neighbours.
    Matrix right =
        Systems.matrix(p, q, k -> e.rightHandSide().values()[k] * (k % 2 == 0 ? 1 : 0x1p-40));
    Matrix prior = Systems.matrix(p, q, k -> e.prior().values()[k] * (k % 2 == 0 ? 1 : 0x1p-40));
    Matrix x =
        solved(q + " right-hand sides", new NormalEquations(e.gram(), right, prior, e.ridge())).x();
    int[] all = IntStream.range(0, p).toArray();
    for (int j = 0; j < q; j++) {
      int[] one = {j};
      NormalEquations alone =
          new NormalEquations(e.gram(), right.select(all, one), prior.select(all, one), e.ridge());
      double residual = Systems.residual(alone, x.select(all, one));
      assertTrue(
          residual <= bound(p), "right-hand side " + j + " of " + q + " is missed by " + residual);
    }
  }

  @Test
  void required_solver408_blocksAreSolvedOnTheirOwn() {
    Random random = new Random(408);
    NormalEquations a = Systems.regular(61, 3, random);
    NormalEquations b = Systems.regular(8, 3, random);
    int p = 69;
    Matrix gram =
        Systems.matrix(
            p,
            p,
            k -> {
              int i = k / p;
              int j = k % p;
              if (i < 61 && j < 61) {
                return a.gram().get(i, j);
              }
              return i >= 61 && j >= 61 ? b.gram().get(i - 61, j - 61) : 0;
            });
    double[] ridge =
        IntStream.range(0, p).mapToDouble(i -> i < 61 ? a.ridge()[i] : b.ridge()[i - 61]).toArray();
    NormalEquations both =
        new NormalEquations(
            gram,
            Systems.stack(a.rightHandSide(), b.rightHandSide()),
            Systems.stack(a.prior(), b.prior()),
            ridge);
    Matrix expected = Systems.stack(solved("block 61×61", a).x(), solved("block 8×8", b).x());
    String what = "blocks 61×61 and 8×8 in one system";
    requireClose(what, expected, solved(what, both).x(), Systems.REGULAR);
  }

  @Test
  void required_solver409_zeroRightHandSideGivesZero() {
    Solution.Solved solved =
        solved(
            "C = 0",
            Systems.plain(Systems.ofCondition(6, 10, new Random(409)), Systems.zeros(6, 2)));
    assertEquals(0, Systems.norm(solved.x()), "‖X‖ for C = 0 without ridge");
    assertEquals(0, solved.residual(), "the residual of X = 0 for C = 0");
  }

  @Test
  void required_solver410_noUnknownsGiveTheEmptySolution() {
    for (int q : new int[] {0, 4}) {
      String what = "p = 0, q = " + q;
      assertEquals(
          new Solution.Solved(Systems.zeros(0, q), 0, 1, 0),
          solve(what, Systems.plain(Systems.zeros(0, 0), Systems.zeros(0, q))),
          what);
    }
  }

  @Test
  void required_solver411_noRightHandSidesStillTellRankAndCondition() {
    Solution.Solved solved =
        solved("q = 0", Systems.plain(Systems.diagonal(8e6, 2), Systems.zeros(2, 0)));
    assertEquals(2, solved.rank(), "rank for q = 0");
    assertEquals(0, solved.residual(), "residual for q = 0");
    assertTrue(
        solved.conditionEstimate() > 4e5,
        "diag(8e6, 2) has condition 4e6 whatever q is, reported " + solved.conditionEstimate());
  }
}
