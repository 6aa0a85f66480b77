package dev.pleas.cpu.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.backend.cholesky.CholeskyFactor;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CholeskyFactorTest {
  static Stream<Named<IntFunction<CholeskyFactor>>> factors() {
    Named<IntFunction<CholeskyFactor>> ejml = Named.of("ejml", EjmlCholeskyFactor::new);
    return OpenBlasSolverTest.isAvailable()
        ? Stream.of(ejml, Named.of("openblas", OpenBlasCholeskyFactor::new))
        : Stream.of(ejml);
  }

  static Stream<Arguments> sizes() {
    return factors()
        .flatMap(
            factor ->
                Stream.of(1, 2, 59, 60, 61, 119, 120, 121, 200).map(p -> Arguments.of(factor, p)));
  }

  static Stream<Arguments> failures() {
    return factors()
        .flatMap(
            factor ->
                Stream.of(0, 1, 58, 59, 60, 61, 119, 120, 129).map(i -> Arguments.of(factor, i)));
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void factorAndSolve_lowerTriangleOnly_solves(IntFunction<CholeskyFactor> factors, int p) {
    Random random = new Random(p);
    Matrix s = Systems.gram(2 * p + 1, p, random);
    int q = 3;
    Matrix x = Systems.gaussian(p, q, random);
    double[] b = Systems.multiply(s, x).values().clone();
    try (CholeskyFactor factor = factors.apply(p)) {
      for (int i = 0; i < p; i++) {
        double[] row = Arrays.copyOfRange(s.values(), i * p, (i + 1) * p);
        Arrays.fill(row, i + 1, p, Double.NaN);
        factor.setRow(i, row);
      }
      assertThat(factor.factor()).isEqualTo(p);
      // The first pivot is S[0, 0], and det S is the product of all of them.
      assertThat(factor.pivot(0)).isCloseTo(s.get(0, 0), within(4 * Math.ulp(s.get(0, 0))));
      factor.solve(b, q);
    }
    // Random Gram matrices of 2p samples have conditions of about 40.
    assertThat(Systems.largestDifference(b, x.values())).isLessThan(1e-10);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void factor_pivotNotPositive_returnsItsIndex(IntFunction<CholeskyFactor> factors, int bad) {
    int p = 130;
    Matrix s = Systems.gram(300, p, new Random(1));
    try (CholeskyFactor factor = factors.apply(p)) {
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
}
