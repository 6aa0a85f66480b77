package dev.pleas.backend.cholesky;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.solve.Solution;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the solver asks of a factor and a product, and that it closes them whatever they do. */
class CholeskyLifetimeTest {
  private static final int P = 300;
  private static final NormalEquations REGULAR =
      equations(Systems.gram(2 * P, P, new Random(1)), 2);

  /** The second column is the first one once more. */
  private static final NormalEquations SINGULAR = equations(Matrix.wrap(2, 2, ones(4)), 1);

  /** The pivots are positive, and the condition is too large. */
  private static final NormalEquations NEARLY_SINGULAR =
      equations(Matrix.wrap(2, 2, new double[] {1, 1, 1, Math.nextUp(1.0)}), 1);

  private static double[] ones(int n) {
    double[] ones = new double[n];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static NormalEquations equations(Matrix gram, int q) {
    int p = gram.rows();
    return new NormalEquations(gram, Systems.zeros(p, q), Systems.zeros(p, q), new double[p]);
  }

  static Stream<NormalEquations> systems() {
    return Stream.of(REGULAR, SINGULAR, NEARLY_SINGULAR);
  }

  private static List<String> calls(NormalEquations equations) {
    WatchedSolver solver = new WatchedSolver(Integer.MAX_VALUE);
    assertThat(solver.solve(equations)).isNotNull();
    assertThat(solver.open()).isZero();
    return solver.calls();
  }

  @Test
  void solve_regular_setsRowsInOrderAndFactorsAndMultipliesPanels() {
    List<String> expected = new ArrayList<>(List.of("allocate"));
    for (int i = 0; i < P; i++) {
      expected.add("setRow " + i);
    }
    expected.add("factor");
    assertThat(calls(REGULAR)).startsWith(expected.toArray(String[]::new));
    List<String> rest = calls(REGULAR).subList(P + 2, calls(REGULAR).size());
    assertThat(rest).endsWith("close factor", "product", "multiply", "multiply", "close product");
    // Two estimates of at most 11 solves, and the solution.
    assertThat(rest.subList(0, rest.size() - 5)).containsOnly("solve").hasSizeBetween(3, 23);
  }

  @Test
  void solve_singular_stopsAndCloses() {
    assertThat(new PlainSolver().solve(SINGULAR)).isEqualTo(new Solution.RankDeficient(1, 2));
    assertThat(calls(SINGULAR))
        .containsExactly("allocate", "setRow 0", "setRow 1", "factor", "close factor");
  }

  @Test
  void solve_nearlySingular_asksForPivotsAndCloses() {
    assertThat(new PlainSolver().solve(NEARLY_SINGULAR))
        .isEqualTo(new Solution.RankDeficient(1, 2));
    assertThat(calls(NEARLY_SINGULAR))
        .startsWith("allocate", "setRow 0", "setRow 1", "factor", "solve")
        .endsWith("solve", "pivot", "pivot", "close factor");
  }

  @ParameterizedTest
  @MethodSource("systems")
  void solve_anyCallFails_closesAndThrowsTheFirstFailure(NormalEquations equations) {
    List<String> calls = calls(equations);
    for (int k = 0; k < calls.size(); k++) {
      WatchedSolver solver = new WatchedSolver(k);
      Throwable thrown = catchThrowable(() -> solver.solve(equations));
      String failure = calls.get(k);
      assertThat(thrown).isInstanceOf(IllegalStateException.class).hasMessage(failure);
      assertThat(solver.open()).as("open after %s failed", failure).isZero();
      // Nothing but closing comes after a failure, and closing fails as well.
      List<String> after = solver.calls().subList(k + 1, solver.calls().size());
      assertThat(after).isEqualTo(closing(failure));
      assertThat(thrown.getSuppressed())
          .extracting(Throwable::getMessage)
          .isEqualTo(closing(failure));
    }
  }

  private static List<String> closing(String failure) {
    if (List.of("allocate", "product", "close factor", "close product").contains(failure)) {
      return List.of();
    }
    return List.of(failure.equals("multiply") ? "close product" : "close factor");
  }

  @Test
  void solve_solutionBeyondFloat64_closes() {
    WatchedSolver solver = new WatchedSolver(Integer.MAX_VALUE);
    NormalEquations equations =
        new NormalEquations(
            Systems.diagonal(1e-200), Systems.diagonal(1e200), Systems.zeros(1, 1), new double[1]);
    assertThat(catchThrowable(() -> solver.solve(equations)))
        .hasMessageStartingWith("X[0, 0] exceeds float64");
    assertThat(solver.calls()).endsWith("product", "close product");
    assertThat(solver.open()).isZero();
  }

  @Test
  void solve_noUnknowns_opensNothing() {
    assertThat(calls(equations(Systems.zeros(0, 0), 2))).isEmpty();
  }
}
