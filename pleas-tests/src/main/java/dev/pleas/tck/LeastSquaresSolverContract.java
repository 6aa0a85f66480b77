package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.solve.Solution;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What every {@link LeastSquaresSolver} keeps: rules {@code solver401} and on of {@code
 * docs/spi.md}, and those of its provider. The author of a solver extends it, and allows more than
 * the derived rounding bound only for a reason:
 *
 * <pre>{@code
 * class ConjugateGradientContractTest extends LeastSquaresSolverContract {
 *   @Override
 *   protected LeastSquaresSolverProvider provider() {
 *     return new ConjugateGradientProvider();
 *   }
 *
 *   @Override
 *   protected double tolerance() {
 *     return 4; // it stops there
 *   }
 * }
 * }</pre>
 */
public abstract class LeastSquaresSolverContract extends RankRules {
  /** For subclasses. */
  protected LeastSquaresSolverContract() {}

  @Test
  void required_solver424_sameSystemGivesTheSameBits() {
    NormalEquations e = Systems.regular(130, 20, new Random(424));
    NormalEquations copy =
        new NormalEquations(
            copy(e.gram()), copy(e.rightHandSide()), copy(e.prior()), e.ridge().clone());
    Solution first = solve("p = 130", e);
    for (int again = 0; again < 3; again++) {
      assertEquals(first, solve("p = 130", copy), "the solution of the same system, bit by bit");
    }
  }

  private static Matrix copy(Matrix matrix) {
    return Matrix.wrap(matrix.rows(), matrix.columns(), matrix.values().clone());
  }

  @Test
  void required_solver425_threadsMayShareIt() throws InterruptedException {
    Random random = new Random(425);
    NormalEquations[] systems = new NormalEquations[5];
    for (int k = 0; k < systems.length; k++) {
      systems[k] = Systems.regular(40 + k, 5, random);
    }
    try (LeastSquaresSolver shared = create()) {
      Concurrently.requireSame(systems.length, k -> shared.solve(systems[k]));
    }
  }

  @Test
  void required_solver426_equationsAreNotModified() {
    NormalEquations e = Systems.regular(70, 5, new Random(426));
    double[] gram = e.gram().values().clone();
    double[] right = e.rightHandSide().values().clone();
    double[] prior = e.prior().values().clone();
    double[] ridge = e.ridge().clone();
    solve("p = 70", e);
    assertArrayEquals(gram, e.gram().values(), "the Gram matrix after the solve");
    assertArrayEquals(right, e.rightHandSide().values(), "the right-hand side after the solve");
    assertArrayEquals(prior, e.prior().values(), "the prior after the solve");
    assertArrayEquals(ridge, e.ridge(), "the ridge after the solve");
  }

  @Test
  void required_solver427_closingTwiceDoesNothing() {
    LeastSquaresSolver solver = create();
    solver.solve(Systems.plain(Systems.diagonal(2, 3), Systems.zeros(2, 1)));
    solver.close();
    try {
      solver.close();
    } catch (RuntimeException e) {
      throw new AssertionError("close() a second time threw " + e, e);
    }
  }
}
