package dev.pleas.backend.cholesky;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.solve.Solution;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What Cholesky solvers do beyond {@link LeastSquaresSolverTest}: refuse singular systems. A
 * subclass names the solver.
 */
public abstract class CholeskySolverTest extends LeastSquaresSolverTest {
  private Solution solve(Matrix gram) {
    return solver().solve(plain(gram, Systems.zeros(gram.rows(), 1)));
  }

  @Test
  void solvesSingular_isFalse() {
    assertThat(solver().solvesSingular()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "2, 1", "61, 0", "61, 59", "61, 60", "130, 77"})
  void solve_deadInput_isDeficientAtItsColumn(int p, int dead) {
    Matrix gram = Systems.gram(2 * p + 5, p, new Random(p));
    Matrix withDead =
        Systems.matrix(p, p, k -> k / p == dead || k % p == dead ? 0 : gram.values()[k]);
    assertThat(solve(withDead)).isEqualTo(new Solution.RankDeficient(dead, p));
  }

  @ParameterizedTest
  @CsvSource({"2, 0, 1", "5, 1, 3", "62, 0, 61", "130, 60, 119", "200, 10, 199"})
  void solve_duplicatedColumn_isDeficientAtTheCopy(int p, int original, int copy) {
    for (int seed = 0; seed < 5; seed++) {
      Matrix gram = Systems.gram(2 * p + 5, p, new Random(seed));
      int[] columns = IntStream.range(0, p).map(i -> i == copy ? original : i).toArray();
      assertThat(solve(gram.select(columns, columns)))
          .isEqualTo(new Solution.RankDeficient(copy, p));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 10, 40, 61, 130, 250})
  void solve_oneSampleTooFew_isDeficient(int p) {
    // The hardest case: the leading block is regular but ill-conditioned, and one pivot is
    // rounding.
    for (int seed = 0; seed < 20; seed++) {
      Matrix gram = Systems.gram(p - 1, p, new Random(1000L * p + seed));
      assertThat(solve(gram)).isInstanceOf(Solution.RankDeficient.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"10, 3", "130, 40", "130, 100"})
  void solve_fewSamples_isDeficientNearTheirNumber(int p, int samples) {
    Solution solution = solve(Systems.gram(samples, p, new Random(16)));
    assertThat(solution).isInstanceOf(Solution.RankDeficient.class);
    // Pivots after the first `samples` are rounding errors of either sign.
    assertThat(((Solution.RankDeficient) solution).rank()).isBetween(samples, p - 1);
  }

  @Test
  void solve_indefinite_isDeficientWhereItStopsBeingPositive() {
    assertThat(solve(Systems.diagonal(3, 2, -1, 5))).isEqualTo(new Solution.RankDeficient(2, 4));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-300, 1e-12, 1e12, 1e300})
  void solve_featuresInDifferentUnits_isNotDeficient(double unit) {
    int p = 6;
    Matrix gram = Systems.gram(30, p, new Random(18));
    double root = Math.sqrt(unit);
    Matrix scaled =
        Systems.matrix(
            p,
            p,
            k -> gram.values()[k] * (k / p % 2 == 0 ? 1 : root) * (k % p % 2 == 0 ? 1 : root));
    Solution.Solved solved = solved(plain(scaled, Systems.gaussian(p, 2, new Random(19))));
    assertThat(solved.residual()).isLessThan(p * EPSILON);
    double ratio = Math.max(unit, 1 / unit);
    assertThat(solved.conditionEstimate()).isBetween(ratio / 100, ratio * 100);
  }

  @Test
  void solve_conditionBeyondFloat64_isInfinite() {
    Solution.Solved solved = solved(plain(Systems.diagonal(1e200, 1e-200), Systems.zeros(2, 1)));
    assertThat(solved.conditionEstimate()).isInfinite();
  }
}
