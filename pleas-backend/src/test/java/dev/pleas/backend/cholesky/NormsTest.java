package dev.pleas.backend.cholesky;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.matrix.Matrix;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NormsTest {
  @ParameterizedTest
  @ValueSource(doubles = {1, 1e-200, 1e200, 0x1p480, 0x1p-480, 1e307, 0x1p-1000})
  void frobenius_threeFour_isFiveInAnyUnit(double unit) {
    double norm = FrobeniusNorm.of(new double[] {3 * unit, 0, -4 * unit}).value();
    assertThat(norm).isCloseTo(5 * unit, within(4 * Math.ulp(5 * unit)));
  }

  @Test
  void frobenius_mixedMagnitudes_countsThemAll() {
    assertThat(FrobeniusNorm.of(new double[] {1e-170, 1, 1e170}).value()).isEqualTo(1e170);
    assertThat(FrobeniusNorm.of(new double[] {1e-170, 1}).value()).isEqualTo(1);
    // On both sides of the border between ordinary and large values.
    assertThat(FrobeniusNorm.of(new double[] {0x1.8p480, 0x1p481}).value()).isEqualTo(0x1.4p481);
    assertThat(FrobeniusNorm.of(new double[] {0x1.8p480, 0x1p479}).value())
        .isCloseTo(0x1p479 * Math.sqrt(10), within(0x1p479 * 1e-15));
  }

  @Test
  void frobenius_nothingOrNotANumber_saysSo() {
    assertThat(FrobeniusNorm.of(new double[0]).value()).isZero();
    assertThat(FrobeniusNorm.of(new double[] {1e300, Double.NaN}).value()).isNaN();
    assertThat(FrobeniusNorm.of(new double[] {Double.NEGATIVE_INFINITY}).value()).isInfinite();
  }

  @Test
  void inverseNorm_randomSymmetric_isALowerBoundWithinThree() {
    Random random = new Random(2);
    for (int n = 1; n <= 30; n++) {
      Matrix a = Systems.gram(n + 1, n, random);
      double truth = 0;
      for (int i = 0; i < n; i++) {
        double sum = 0;
        for (int j = 0; j < n; j++) {
          sum += Math.abs(a.get(i, j));
        }
        truth = Math.max(truth, sum);
      }
      int size = n;
      double estimate =
          InverseNorm.estimate(
              n,
              x -> {
                double[] product = Systems.multiply(a, Matrix.wrap(size, 1, x.clone())).values();
                System.arraycopy(product, 0, x, 0, size);
              });
      assertThat(estimate).isBetween(truth / 3, truth * (1 + 1e-12));
    }
  }
}
