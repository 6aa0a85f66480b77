package dev.pleas.backend.cholesky;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.matrix.Matrix;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every product with a fixed matrix does; a subclass names it. */
public abstract class PanelProductTest {
  /** Returns a product with X, p×q, closed by the test. */
  protected abstract PanelProduct product(double[] x, int p, int q);

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, 0",
    "1, 1, 1, 0",
    "3, 0, 2, 1",
    "5, 7, 0, 2",
    "40, 63, 511, 3",
    "17, 64, 512, 0",
    "16, 65, 513, 1",
    "33, 130, 9, 20",
    "15, 3, 1100, 0"
  })
  void multiply_panel_isTheProductByDefinition(int rows, int p, int q, int first) {
    Random random = new Random(rows + p + q);
    Matrix a = Systems.gaussian(first + rows + 2, p, random);
    Matrix x = Systems.gaussian(p, q, random);
    double[] expected =
        Arrays.copyOfRange(Systems.multiply(a, x).values(), first * q, (first + rows) * q);
    // p terms of about 1 each, added up in another order.
    double tolerance = 16 * (p + 1) * Math.ulp(1.0);
    double[] out = new double[expected.length + 1];
    Arrays.fill(out, 99);
    try (PanelProduct product = product(x.values(), p, q)) {
      product.multiply(a.values(), first, rows, out);
    }
    assertThat(out[expected.length]).isEqualTo(99);
    double[] panel = Arrays.copyOf(out, expected.length);
    assertThat(Systems.largestDifference(panel, expected)).isLessThan(tolerance);
  }
}
