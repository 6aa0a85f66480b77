package dev.pleas.tck;

import dev.pleas.api.error.SingularSystemException;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.LeastSquaresSolverProvider;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.solve.Solution;
import dev.pleas.api.solve.Solution.RankDeficient;
import dev.pleas.api.solve.Solution.Solved;
import dev.pleas.tck.reference.ReferenceSolver;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

class BrokenSolversTest extends BrokenSuite<LeastSquaresSolverProvider> {
  BrokenSolversTest() {
    super("solver", Suite.class, provider -> Suite.underTest = provider);
  }

  static final class Suite extends LeastSquaresSolverContract {
    private static LeastSquaresSolverProvider underTest;

    @Override
    protected LeastSquaresSolverProvider provider() {
      return underTest;
    }
  }

  /** Solves in some other way, and says that it solves singular systems. */
  private record Solver(Function<NormalEquations, Solution> how) implements LeastSquaresSolver {
    @Override
    public Solution solve(NormalEquations equations) {
      return how.apply(equations);
    }

    @Override
    public boolean solvesSingular() {
      return true;
    }
  }

  private static Broken<LeastSquaresSolverProvider> broken(
      String rule, Function<NormalEquations, Solution> how, String text) {
    return new Broken<>(rule, () -> TestProvider.solver(new Solver(how)), text);
  }

  /** Solves other equations. */
  private static Broken<LeastSquaresSolverProvider> asked(
      String rule, UnaryOperator<NormalEquations> change, String text) {
    return broken(rule, e -> sound(change.apply(e)), text);
  }

  /** Says something else of the solution. */
  private static Broken<LeastSquaresSolverProvider> told(
      String rule, UnaryOperator<Solved> change, String text) {
    return broken(rule, e -> change.apply(sound(e)), text);
  }

  private static Solved sound(NormalEquations equations) {
    return (Solved) new ReferenceSolver().solve(equations);
  }

  @Override
  List<Broken<LeastSquaresSolverProvider>> cases() {
    return List.of(
        asked(
            "solver401",
            e -> e.unknowns() == 1 ? withRidge(e, ridge -> 0) : e,
            "gram 4.0, ridge 0.5, right 3.0, prior 7.0: X is "),
        asked(
            "solver402",
            e -> withPrior(e, prior -> 0),
            "a diagonal system with ridge and prior: X is "),
        told(
            "solver403",
            s -> withX(s, k -> (float) s.x().values()[k]),
            "a regular system, p = 1, q = 1: X misses the equations by "),
        told(
            "solver404",
            s -> withX(s, k -> k / Math.max(1, s.x().columns()) < 128 ? s.x().values()[k] : 0),
            "targets that weights explain, p = 200: X is "),
        asked("solver405", e -> withPrior(e, prior -> 2 * prior), "lowers the objective by "),
        asked(
            "solver406",
            e -> withRidges(e, i -> i == 0 ? 0 : e.ridge()[i]),
            "unknowns and targets reordered, p = "),
        told(
            "solver407",
            s -> withX(s, k -> k % s.x().columns() < 1024 ? s.x().values()[k] : 0),
            "right-hand side 1024 of 1100 is missed by "),
        asked(
            "solver408",
            e -> withGram(e, value -> value == 0 ? 1e-3 : value),
            "blocks 61×61 and 8×8 in one system: X is "),
        told(
            "solver409",
            s -> new Solved(s.x(), s.residual() == 0 ? Double.NaN : s.residual(), 1, s.rank()),
            "the residual of X = 0 for C = 0"),
        broken(
            "solver410",
            e -> sound(e.unknowns() == 0 ? fail("no unknowns") : e),
            "p = 0, q = 0: solve threw java.lang.IllegalStateException: no unknowns"),
        told(
            "solver411",
            s -> s.x().columns() > 0 ? s : new Solved(s.x(), 0, 1, 0),
            "rank for q = 0 ==> expected: <2>"),
        asked("solver412", e -> withRidge(e, r -> Math.max(r, 1e-3)), "ridge 0.0 moves X by "),
        asked("solver413", e -> withRidge(e, r -> Math.min(r, 1e6)), "ridge 1.0E10 leaves X "),
        asked(
            "solver414",
            e -> withRidge(e, r -> Arrays.stream(e.ridge()).average().orElse(0)),
            "ridge 100 on unknown 5 of 12 alone: X misses the equations by "),
        broken(
            "solver415",
            e -> deficient(sound(withRidge(e, r -> 0)), sound(e)),
            "0 samples of 1 unknowns with ridge 1e-4 is regular, and was reported as of rank 0"),
        told(
            "solver416",
            s -> new Solved(s.x(), 0, s.conditionEstimate(), s.rank()),
            "a solution near the least float64: the residual of X is 0.00"),
        told(
            "solver417",
            s -> new Solved(s.x(), s.residual(), 1, s.rank()),
            "condition 1e2: reported 1.0, expected it within a factor of 72"),
        broken(
            "solver417",
            e -> withConditionOf(sound(equilibrated(e)), sound(e)),
            "condition 1e10 by units alone, diag(1e6, 1, 1e-4): reported "),
        asked(
            "solver418",
            e -> withRidge(e, r -> r + 1e-10),
            "condition 1e2 without ridge: X misses the equations by "),
        broken(
            "solver419",
            e -> e.gram().get(0, 0) < 1e-200 ? new RankDeficient(0, e.unknowns()) : sound(e),
            "G in units of 2^-900, C in units of 2^0 is regular, and was reported as of rank 0"),
        broken(
            "solver420",
            e -> e.gram().get(0, 0) < 1e-100 ? new Solved(infinite(), 0, 1, 1) : sound(e),
            "1e-200·X = 1e200 has no solution in float64, found Solved"),
        broken("solver420", BrokenSolversTest::refusing, "the message must name the element of X"),
        told(
            "solver421",
            s -> new Solved(s.x(), s.residual(), s.conditionEstimate(), s.x().rows()),
            "G = 0, p = 4: rank ==> expected: <0> but was: <4>"),
        told(
            "solver421",
            s -> new Solved(s.x(), s.residual(), 1e17, s.rank()),
            "G = 0, p = 4: condition of a singular system"),
        broken(
            "solver421",
            e -> deficient(sound(e), sound(e)),
            "G = 0, p = 4: solvesSingular() is true, found RankDeficient"),
        undeclared(
            e -> new RankDeficient(e.unknowns(), e.unknowns()),
            "G = 0, p = 4: reported rank 4, it is 0"),
        undeclared(
            BrokenSolversTest::sound, "G = 0, p = 4 is singular and was solved; solvesSingular()"),
        asked(
            "solver422",
            e -> withPrior(e, prior -> 0),
            "three copies of 10 inputs, X − prior against its mean over copies: X is "),
        told(
            "solver423",
            s -> new Solved(s.x(), 0, s.conditionEstimate(), s.rank()),
            "diag(2, 0)·X = (2, 5) with prior (0, −3): residual ==> expected"),
        broken("solver424", inRandomOrder(), "the solution of the same system, bit by bit"),
        broken(
            "solver425",
            inSharedMemory(),
            "used by 4 threads at once: the result differs from that of one thread alone"),
        broken("solver426", BrokenSolversTest::inPlace, "the Gram matrix after the solve ==>"),
        new Broken<>(
            "solver427",
            () -> TestProvider.solver(new ClosedOnce()),
            "close() a second time threw java.lang.IllegalStateException: closed already"));
  }

  private static final class ClosedOnce implements LeastSquaresSolver {
    private boolean closed;

    @Override
    public Solution solve(NormalEquations equations) {
      return sound(equations);
    }

    @Override
    public void close() {
      if (closed) {
        throw new IllegalStateException("closed already");
      }
      closed = true;
    }
  }

  private static Broken<LeastSquaresSolverProvider> undeclared(
      LeastSquaresSolver solver, String text) {
    return new Broken<>("solver421", () -> TestProvider.solver(solver), text);
  }

  private static NormalEquations fail(String message) {
    throw new IllegalStateException(message);
  }

  private static Matrix infinite() {
    return Systems.column(Double.POSITIVE_INFINITY);
  }

  private static Matrix changed(Matrix matrix, DoubleUnaryOperator change) {
    return Systems.matrix(
        matrix.rows(), matrix.columns(), k -> change.applyAsDouble(matrix.values()[k]));
  }

  private static NormalEquations withRidge(NormalEquations e, DoubleUnaryOperator change) {
    return withRidges(e, i -> change.applyAsDouble(e.ridge()[i]));
  }

  private static NormalEquations withRidges(NormalEquations e, IntToDoubleFunction ridge) {
    double[] other = IntStream.range(0, e.unknowns()).mapToDouble(ridge).toArray();
    return new NormalEquations(e.gram(), e.rightHandSide(), e.prior(), other);
  }

  private static NormalEquations withPrior(NormalEquations e, DoubleUnaryOperator change) {
    return new NormalEquations(e.gram(), e.rightHandSide(), changed(e.prior(), change), e.ridge());
  }

  private static NormalEquations withGram(NormalEquations e, DoubleUnaryOperator change) {
    return new NormalEquations(changed(e.gram(), change), e.rightHandSide(), e.prior(), e.ridge());
  }

  private static Solved withX(Solved s, IntToDoubleFunction valueAt) {
    return new Solved(
        Systems.matrix(s.x().rows(), s.x().columns(), valueAt),
        s.residual(),
        s.conditionEstimate(),
        s.rank());
  }

  private static Solved withConditionOf(Solved other, Solved s) {
    return new Solved(s.x(), s.residual(), other.conditionEstimate(), s.rank());
  }

  private static Solution deficient(Solved judged, Solved s) {
    int p = judged.x().rows();
    return judged.rank() < p ? new RankDeficient(judged.rank(), p) : s;
  }

  private static NormalEquations equilibrated(NormalEquations e) {
    Matrix left = Systems.left(e);
    int p = left.rows();
    return Systems.plain(
        Systems.matrix(
            p,
            p,
            k -> left.values()[k] / Math.sqrt(left.get(k / p, k / p) * left.get(k % p, k % p))),
        e.rightHandSide());
  }

  private static Solution refusing(NormalEquations e) {
    try {
      return sound(e);
    } catch (SingularSystemException noted) {
      throw new SingularSystemException("the solution overflows", noted);
    }
  }

  private static Function<NormalEquations, Solution> inRandomOrder() {
    Random random = new Random(1);
    return e -> {
      int[] rows = Permutation.random(e.unknowns(), random).toArray();
      int[] columns = Permutation.identity(e.rightHandSides()).toArray();
      Solved s =
          sound(
              new NormalEquations(
                  e.gram().select(rows, rows),
                  e.rightHandSide().select(rows, columns),
                  e.prior().select(rows, columns),
                  IntStream.of(rows).mapToDouble(i -> e.ridge()[i]).toArray()));
      int[] back = Permutation.of(rows).inverse().toArray();
      return new Solved(s.x().select(back, columns), s.residual(), s.conditionEstimate(), s.rank());
    };
  }

  /** Keeps the equations in memory that all calls share. */
  private static Function<NormalEquations, Solution> inSharedMemory() {
    NormalEquations[] working = new NormalEquations[1];
    return e -> {
      working[0] = e;
      BrokenMatchersTest.pause();
      return sound(working[0]);
    };
  }

  /** Adds the ridge where the Gram matrix lies. */
  private static Solution inPlace(NormalEquations e) {
    Solved solved = sound(e);
    int p = e.unknowns();
    for (int i = 0; i < p; i++) {
      e.gram().values()[i * p + i] += e.ridge()[i];
    }
    return solved;
  }
}
