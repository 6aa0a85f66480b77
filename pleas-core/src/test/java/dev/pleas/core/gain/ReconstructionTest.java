package dev.pleas.core.gain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.LeastSquaresSolverProvider;
import dev.pleas.core.moments.UnitSums;
import dev.pleas.core.partial.BlockLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ReconstructionTest {
  private static final int ROWS = 50;
  private final double[][] x = new double[ROWS][];

  /** b's only unit is twice a's, about other means, plus some noise. */
  private void data(double noise) {
    SplittableRandom random = new SplittableRandom(1);
    for (int row = 0; row < ROWS; row++) {
      double a = random.nextGaussian();
      x[row] = new double[] {a + 3, 2 * a - 1 + noise * random.nextGaussian()};
    }
  }

  private Reconstruction reconstruction(BlockLayout layout, boolean predicts) {
    double[] gram = new double[4];
    double[] sums = new double[2];
    for (double[] row : x) {
      for (int i = 0; i < 2; i++) {
        sums[i] += row[i];
        for (int j = 0; j < 2; j++) {
          gram[2 * i + j] += row[i] * row[j];
        }
      }
    }
    UnitSums unitSums = new UnitSums(ROWS, sums, new double[] {gram[0], gram[3]});
    try (LeastSquaresSolver solver =
        Registry.of(ReconstructionTest.class.getClassLoader())
            .select(LeastSquaresSolverProvider.class, "ejml")
            .provider()
            .create()) {
      return Reconstruction.of(layout, Matrix.wrap(2, 2, gram), unitSums, predicts ? solver : null);
    }
  }

  /** Root mean square of the error of a source's unit. */
  private double error(Reconstruction of, int unit) {
    double sum = 0;
    for (double[] row : x) {
      float[] w = of.weight().values();
      double error = of.bias().values()[unit];
      error += w[2 * unit] * row[0] + w[2 * unit + 1] * row[1];
      sum += error * error;
    }
    return Math.sqrt(sum / ROWS);
  }

  @Test
  void of_linearlyDependentUnits_arePredictedFromTheirMean() {
    data(0);
    Reconstruction of = reconstruction(BlockLayout.shared(2, 1), true);

    // What is left is the ridge's: a thousandth of each.
    assertThat(error(of, 0)).isLessThan(2e-3);
    assertThat(error(of, 1)).isLessThan(2e-3);
  }

  @Test
  void of_withoutASolver_isTheMeanInPlaceOfBoth() {
    data(0);
    Reconstruction of = reconstruction(BlockLayout.shared(2, 1), false);

    // (a + 2a) / 2 − a = a / 2 and (a + 2a) / 2 − 2a = −a / 2, about the means.
    double[] expected = {-0.5, 0.5, 0.5, -0.5};
    for (int k = 0; k < 4; k++) {
      assertThat((double) of.weight().values()[k]).isCloseTo(expected[k], within(1e-7));
    }
    assertThat(error(of, 0)).isCloseTo(error(of, 1), within(1e-6));
  }

  @Test
  void of_noise_isWhatIsLeft() {
    data(1);
    double merged = error(reconstruction(BlockLayout.shared(2, 1), true), 1);

    assertThat(merged).isGreaterThan(0.1);
    assertThat(error(reconstruction(BlockLayout.apart(1, 1), true), 1)).isLessThan(1e-5);
  }
}
