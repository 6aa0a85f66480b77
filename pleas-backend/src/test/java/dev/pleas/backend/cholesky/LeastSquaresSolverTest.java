package dev.pleas.backend.cholesky;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.SingularSystemException;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.solve.Solution;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What our solvers do beyond {@link dev.pleas.tck.LeastSquaresSolverContract}; a subclass names the
 * solver.
 */
public abstract class LeastSquaresSolverTest {
  /** 2⁻⁵². */
  protected static final double EPSILON = Math.ulp(1.0);

  private LeastSquaresSolver solver;

  /** Returns a new solver, which is closed after the test. */
  protected abstract LeastSquaresSolver create();

  @BeforeEach
  final void open() {
    solver = create();
  }

  @AfterEach
  final void close() {
    if (solver != null) {
      solver.close();
    }
  }

  /** Returns the solver of the test. */
  protected final LeastSquaresSolver solver() {
    return solver;
  }

  /** Returns the solution, which there must be. */
  protected final Solution.Solved solved(NormalEquations equations) {
    Solution solution = solver.solve(equations);
    assertThat(solution).isInstanceOf(Solution.Solved.class);
    return (Solution.Solved) solution;
  }

  /** Returns equations without ridge. */
  protected static NormalEquations plain(Matrix gram, Matrix rightHandSide) {
    int p = gram.rows();
    return new NormalEquations(
        gram, rightHandSide, Systems.zeros(p, rightHandSide.columns()), new double[p]);
  }

  @Test
  void solve_identity_returnsRightHandSide() {
    Matrix c = Systems.gaussian(5, 3, new Random(1));
    Solution.Solved solved = solved(plain(Systems.diagonal(1, 1, 1, 1, 1), c));
    assertThat(solved.x()).isEqualTo(c);
    assertThat(solved.residual()).isZero();
    assertThat(solved.conditionEstimate()).isEqualTo(1);
    assertThat(solved.rank()).isEqualTo(5);
  }

  @Test
  void solve_solutionBeyondFloat64_saysWhichEntry() {
    NormalEquations e =
        plain(Systems.diagonal(1, 1e-200), Matrix.wrap(2, 1, new double[] {1, 1e200}));
    // A rank-revealing solver sees no second direction at all here.
    if (solver.solvesSingular()) {
      assertThat(solved(e).rank()).isEqualTo(1);
    } else {
      assertThatThrownBy(() -> solver.solve(e))
          .isInstanceOf(SingularSystemException.class)
          .hasMessage(
              "X[1, 0] exceeds float64: the right-hand side is too large for this Gram matrix;"
                  + " bring inputs and targets of the layer to comparable units");
    }
  }
}
