package dev.pleas.cpu.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.solve.Solution;
import dev.pleas.backend.cholesky.Systems;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against SciPy; scipy_cases.py made the cases. */
class ScipySolutionTest {
  record Case(String name, NormalEquations equations, int rank, double condition, Matrix x) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Case> cases() throws IOException {
    List<Case> cases = new ArrayList<>();
    try (InputStream in =
        Objects.requireNonNull(ScipySolutionTest.class.getResourceAsStream("scipy_cases.txt"))) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Iterator<String> words = List.of(text.trim().split("\\s+")).iterator();
      while (words.hasNext()) {
        String name = words.next();
        int p = Integer.parseInt(words.next());
        int q = Integer.parseInt(words.next());
        int rank = Integer.parseInt(words.next());
        String condition = words.next();
        Matrix gram = read(p, p, words);
        Matrix c = read(p, q, words);
        Matrix prior = read(p, q, words);
        double[] ridge = read(1, p, words).values();
        cases.add(
            new Case(
                name,
                new NormalEquations(gram, c, prior, ridge),
                rank,
                condition.equals("inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(condition),
                read(p, q, words)));
      }
    }
    return cases;
  }

  private static Matrix read(int rows, int columns, Iterator<String> words) {
    return Systems.matrix(rows, columns, k -> Double.parseDouble(words.next()));
  }

  @Test
  void cases_areThere() throws IOException {
    assertThat(cases()).hasSize(8);
    assertThat(cases()).filteredOn(c -> Double.isInfinite(c.condition())).hasSize(2);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void ejml_scipyCase_agrees(Case expected) {
    check(new EjmlSolver(), expected);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void openblas_scipyCase_agrees(Case expected) {
    Assumptions.assumeTrue(OpenBlasSolverTest.isAvailable(), "no OpenBLAS for this platform");
    check(new OpenBlasSolver(), expected);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void commonsMath_scipyCase_agrees(Case expected) {
    check(new EigenSolver(), expected);
  }

  private static void check(LeastSquaresSolver solver, Case expected) {
    Solution solution = solver.solve(expected.equations());
    int p = expected.equations().unknowns();
    if (expected.rank() < p && !solver.solvesSingular()) {
      assertThat(solution).isInstanceOf(Solution.RankDeficient.class);
      return;
    }
    Solution.Solved solved = (Solution.Solved) solution;
    assertThat(solved.rank()).isEqualTo(expected.rank());
    // Two solutions, each with an error of condition × rounding; singular cases are
    // well-conditioned
    // on their range.
    double condition = Math.min(expected.condition(), 1e9);
    double bound = condition * 8 * p * Math.ulp(1.0) * Systems.norm(expected.x());
    double tolerance = Double.isInfinite(expected.condition()) ? 1e-11 : bound;
    assertThat(Systems.norm(Systems.minus(solved.x(), expected.x()))).isLessThan(tolerance);
    if (Double.isInfinite(expected.condition())) {
      assertThat(solved.conditionEstimate()).isInfinite();
    } else {
      // 1-norm and 2-norm conditions differ by a factor p at most.
      assertThat(solved.conditionEstimate() / expected.condition())
          .isCloseTo(1, within((double) p))
          .isGreaterThan(0.3 / p);
    }
  }
}
