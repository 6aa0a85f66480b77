package dev.pleas.backend.cholesky;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.matrix.Matrix;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every factor does; a subclass names it. */
public abstract class CholeskyFactorTest {
  /** Returns memory for a p×p matrix, closed by the test. */
  protected abstract CholeskyFactor allocate(int p);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 59, 60, 61, 119, 120, 121, 200})
  void factorAndSolve_lowerTriangleOnly_solves(int p) {
    Random random = new Random(p);
    Matrix s = Systems.gram(2 * p + 1, p, random);
    int q = 3;
    Matrix x = Systems.gaussian(p, q, random);
    double[] b = Systems.multiply(s, x).values().clone();
    double[] row = new double[p];
    try (CholeskyFactor factor = allocate(p)) {
      for (int i = 0; i < p; i++) {
        Arrays.fill(row, Double.NaN);
        System.arraycopy(s.values(), i * p, row, 0, i + 1);
        factor.setRow(i, row);
      }
      // A row that is kept and read later would be seen.
      Arrays.fill(row, Double.NaN);
      assertThat(factor.factor()).isEqualTo(p);
      // The first pivot is S[0, 0], and det S is the product of all of them.
      assertThat(factor.pivot(0)).isCloseTo(s.get(0, 0), within(4 * Math.ulp(s.get(0, 0))));
      factor.solve(b, q);
    }
    // Random Gram matrices of 2p samples have conditions of about 40.
    assertThat(Systems.largestDifference(b, x.values())).isLessThan(1e-10);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 58, 59, 60, 61, 119, 120, 129})
  void factor_pivotNotPositive_returnsItsIndex(int bad) {
    int p = 130;
    Matrix s = Systems.gram(300, p, new Random(1));
    try (CholeskyFactor factor = allocate(p)) {
      for (int i = 0; i < p; i++) {
        double[] row = Arrays.copyOfRange(s.values(), i * p, (i + 1) * p);
        if (i == bad) {
          row[i] = -1;
        }
        factor.setRow(i, row);
      }
      assertThat(factor.factor()).isEqualTo(bad);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 61})
  void solve_noRightHandSide_doesNothing(int p) {
    try (CholeskyFactor factor = allocate(p)) {
      for (int i = 0; i < p; i++) {
        double[] row = new double[p];
        row[i] = 4;
        factor.setRow(i, row);
      }
      assertThat(factor.factor()).isEqualTo(p);
      factor.solve(new double[0], 0);
      assertThat(factor.pivot(p - 1)).isEqualTo(4);
    }
  }
}
