package dev.pleas.core.alignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.core.moments.CrossMoments;
import dev.pleas.core.moments.UnitSums;
import java.util.SplittableRandom;
import org.apache.commons.math3.stat.correlation.PearsonsCorrelation;
import org.junit.jupiter.api.Test;

class SimilarityTest {
  private static final int ROWS = 50;
  private static final double TOLERANCE = 1e-12;

  /** Units by rows of data; the last unit of each is dead. */
  private final double[][] a = data(1, 4);

  private final double[][] b = data(2, 3);

  private static double[][] data(long seed, int units) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] data = new double[units][ROWS];
    for (int unit = 0; unit < units - 1; unit++) {
      for (int i = 0; i < ROWS; i++) {
        data[unit][i] = unit + (unit + 1) * random.nextGaussian();
      }
    }
    return data;
  }

  private static UnitSums sums(double[][] data) {
    double[] sums = new double[data.length];
    double[] squares = new double[data.length];
    for (int unit = 0; unit < data.length; unit++) {
      for (double x : data[unit]) {
        sums[unit] += x;
        squares[unit] += x * x;
      }
    }
    return new UnitSums(ROWS, sums, squares);
  }

  private static double product(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  private static Matrix matrix(Similarity similarity, double[][] a, double[][] b) {
    double[] cross = new double[a.length * b.length];
    for (int k = 0; k < cross.length; k++) {
      cross[k] = product(a[k / b.length], b[k % b.length]);
    }
    return similarity.matrix(
        new CrossMoments(sums(a), sums(b), Matrix.wrap(a.length, b.length, cross)));
  }

  @Test
  void correlation_isPearsons() {
    Matrix s = matrix(Similarity.CORRELATION, a, b);

    assertThat(s.rows()).isEqualTo(4);
    assertThat(s.columns()).isEqualTo(3);
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 2; j++) {
        assertThat(s.get(i, j))
            .isCloseTo(new PearsonsCorrelation().correlation(a[i], b[j]), within(TOLERANCE));
      }
    }
  }

  @Test
  void correlation_ofDeadAndConstantUnits_isZero() {
    double[][] constant = data(3, 3);
    java.util.Arrays.fill(constant[1], 0.1f);
    Matrix s = matrix(Similarity.CORRELATION, a, constant);

    for (int i = 0; i < 4; i++) {
      assertThat(s.get(i, 1)).isZero();
      assertThat(s.get(i, 2)).isZero();
    }
    for (int j = 0; j < 3; j++) {
      assertThat(s.get(3, j)).isZero();
    }
    assertThat(s.get(0, 0)).isNotZero();
  }

  @Test
  void correlation_ofTinyActivations_isThatOfLargeOnes() {
    double[][] tiny = data(1, 4);
    for (double[] unit : tiny) {
      for (int i = 0; i < ROWS; i++) {
        unit[i] *= 1e-6;
      }
    }

    assertThat(matrix(Similarity.CORRELATION, tiny, b).values())
        .containsExactly(matrix(Similarity.CORRELATION, a, b).values(), within(TOLERANCE));
    assertThat(matrix(Similarity.CORRELATION, b, tiny).get(0, 0)).isNotZero();
  }

  @Test
  void correlation_withItselfScaledAndShifted_isOne() {
    double[][] scaled = {a[1].clone()};
    for (int i = 0; i < ROWS; i++) {
      scaled[0][i] = 3 * a[1][i] - 7;
    }

    assertThat(matrix(Similarity.CORRELATION, a, scaled).get(1, 0))
        .isCloseTo(1, within(TOLERANCE))
        .isLessThanOrEqualTo(1);
  }

  @Test
  void innerProduct_isTheMeanProduct() {
    Matrix s = matrix(Similarity.INNER_PRODUCT, a, b);

    assertThat(s.get(2, 1)).isCloseTo(product(a[2], b[1]) / ROWS, within(TOLERANCE));
    assertThat(s.get(3, 2)).isZero();
  }

  @Test
  void distance_isTheNegativeEuclideanDistance() {
    Matrix s = matrix(Similarity.DISTANCE, a, b);
    double sum = 0;
    for (int i = 0; i < ROWS; i++) {
      sum += Math.pow(a[1][i] - b[0][i], 2);
    }

    assertThat(s.get(1, 0)).isCloseTo(-Math.sqrt(sum), within(1e-10));
    assertThat(s.get(3, 2)).isZero();
    assertThat(matrix(Similarity.DISTANCE, a, a).get(2, 2)).isCloseTo(0, within(1e-6));
  }
}
