package dev.pleas.cpu.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.solve.Solution;
import dev.pleas.backend.cholesky.LeastSquaresSolverTest;
import dev.pleas.backend.cholesky.Systems;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommonsMathSolverTest extends LeastSquaresSolverTest {
  @Override
  protected LeastSquaresSolver create() {
    return new CommonsMathSolverProvider().create();
  }

  @Test
  void solvesSingular_isTrue() {
    assertThat(solver().solvesSingular()).isTrue();
  }

  @Test
  void solve_allZero_returnsThePrior() {
    Matrix prior = Systems.gaussian(4, 2, new Random(1));
    Solution.Solved solved =
        solved(new NormalEquations(Systems.zeros(4, 4), Systems.zeros(4, 2), prior, new double[4]));
    assertThat(solved).isEqualTo(new Solution.Solved(prior, 0, Double.POSITIVE_INFINITY, 0));
  }

  @ParameterizedTest
  @CsvSource({"6, 3", "40, 10", "65, 60"})
  void solve_fewSamples_isNearestToThePriorOfAllSolutions(int p, int samples) {
    Random random = new Random(p + samples);
    Matrix x = Systems.gaussian(samples, p, random);
    Matrix transposed = Systems.transpose(x);
    Matrix gram = Systems.multiply(transposed, x);
    Matrix targets = Systems.gaussian(samples, 2, random);
    Matrix prior = Systems.gaussian(p, 2, random);
    Solution.Solved solved =
        solved(
            new NormalEquations(gram, Systems.multiply(transposed, targets), prior, new double[p]));
    assertThat(solved.rank()).isEqualTo(samples);
    assertThat(solved.residual()).isLessThan(p * EPSILON);
    // Independently: the nearest interpolant is prior + Xᵀ·(X·Xᵀ)⁻¹·(Y − X·prior).
    Matrix dual = Systems.multiply(x, transposed);
    Matrix misfit = Systems.minus(targets, Systems.multiply(x, prior));
    Solution.Solved multipliers = (Solution.Solved) new EjmlSolver().solve(plain(dual, misfit));
    Matrix expected = Systems.multiply(transposed, multipliers.x());
    double bound = multipliers.conditionEstimate() * 4 * p * EPSILON * Systems.norm(expected);
    assertThat(Systems.norm(Systems.minus(Systems.minus(solved.x(), prior), expected)))
        .isLessThanOrEqualTo(bound);
  }

  @Test
  void solve_noiseBelowZero_isIgnoredAboveZeroToo() {
    // Added up in float32, a Gram matrix of rank 1 may get eigenvalues of ±1e-8.
    Matrix gram = Systems.diagonal(1, 1e-8, -1.5e-8);
    Matrix prior = Matrix.wrap(3, 1, new double[] {4, 5, 6});
    Solution.Solved solved =
        solved(
            new NormalEquations(
                gram, Matrix.wrap(3, 1, new double[] {3, 1, 1}), prior, new double[3]));
    assertThat(solved.rank()).isEqualTo(1);
    assertThat(solved.x().values()).containsExactly(new double[] {3, 5, 6}, within(1e-14));
  }
}
