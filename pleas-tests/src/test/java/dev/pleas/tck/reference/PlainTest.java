package dev.pleas.tck.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The definitions, which judge all backends, on numbers that can be checked by hand. Whole networks
 * are compared with PyTorch's outputs where there are files of it, in pleas-models and pleas-cpu.
 */
class PlainTest {
  /** One row, taps two columns apart, a column of padding left and right. */
  private static final Window DILATED = new Window(1, 2, 1, 1, 0, 1, 1, 2);

  private static final Plain IMAGE = plain(Shape.of(1, 1, 2, 3), 1, 2, 3, 4, 5, 6);

  private static Plain plain(Shape shape, double... values) {
    return new Plain(shape, values);
  }

  private static Plain vector(double... values) {
    return plain(Shape.of(values.length), values);
  }

  private static void assertIs(Plain found, Shape shape, double... values) {
    assertThat(found.shape()).isEqualTo(shape);
    assertThat(found.values()).containsExactly(values, within(1e-14));
  }

  @Test
  void unfold_dilatedAndPadded_tapByTap() {
    assertIs(IMAGE.unfold(DILATED), Shape.of(1, 2, 6), 0, 1, 2, 0, 4, 5, 2, 3, 0, 5, 6, 0);
  }

  @Test
  void unfold_strideAndTwoRows_skipsPositions() {
    Window window = new Window(2, 1, 1, 2, 0, 0, 1, 1);
    assertIs(IMAGE.unfold(window), Shape.of(1, 2, 2), 1, 3, 4, 6);
  }

  @Test
  void conv2d_dilatedAndPadded_isACorrelation() {
    Plain weight = plain(Shape.of(1, 1, 1, 2), 1, 10);
    assertIs(
        IMAGE.conv2d(weight, vector(100), DILATED, 1),
        Shape.of(1, 1, 2, 3),
        120,
        131,
        102,
        150,
        164,
        105);
  }

  @Test
  void conv2d_groups_seeTheirOwnChannels() {
    Plain x = plain(Shape.of(1, 4, 1, 1), 1, 2, 3, 4);
    Plain weight = plain(Shape.of(2, 2, 1, 1), 1, 10, 1, 10);
    assertIs(x.conv2d(weight, null, Window.square(1, 1, 0), 2), Shape.of(1, 2, 1, 1), 21, 43);
  }

  @Test
  void maxPool2d_negativeElements_paddingLoses() {
    assertIs(IMAGE.times(-1).maxPool2d(DILATED), Shape.of(1, 1, 2, 3), -2, -1, -2, -5, -4, -5);
  }

  @Test
  void averagePool2d_paddingCountsAsZeros() {
    Window window = new Window(2, 2, 1, 1, 1, 0, 1, 1);
    assertIs(IMAGE.averagePool2d(window), Shape.of(1, 1, 3, 2), 0.75, 1.25, 3, 4, 2.25, 2.75);
  }

  @Test
  void times_factorsOfRows_eachForItsRow() {
    Plain x = plain(Shape.of(2, 2, 2), 1, 2, 3, 4, 5, 6, 7, 8);
    Plain factors = plain(Shape.of(2, 2), 1, 10, 100, 0);
    assertIs(x.times(factors), x.shape(), 1, 2, 30, 40, 500, 600, 0, 0);
    assertIs(factors.times(factors), factors.shape(), 1, 100, 10000, 0);
  }

  @Test
  void sigmoidAndClip_atTheirLimits_asDefined() {
    // 1 / (1 + exp(−ln a)) = a / (a + 1).
    assertIs(vector(0, Math.log(3), -Math.log(4)).sigmoid(), Shape.of(3), 0.5, 0.75, 0.2);
    double infinity = Double.POSITIVE_INFINITY;
    Plain odd = vector(infinity, -infinity, Double.NaN, -1, 1, 7);
    assertThat(odd.sigmoid().values()).startsWith(1, 0, Double.NaN);
    assertThat(odd.clip(0, 6).values()).containsExactly(6, 0, Double.NaN, 0, 1, 6);
    assertThat(odd.clip(-infinity, 6).values()).containsExactly(6, -infinity, Double.NaN, -1, 1, 6);
  }

  @Test
  void linear_positions_eachByItself() {
    Plain x = plain(Shape.of(1, 2, 3), 1, 2, 3, 4, 5, 6);
    Plain weight = plain(Shape.of(1, 2), 1, 10);
    assertIs(x.linear(weight, vector(100)), Shape.of(1, 1, 3), 141, 152, 163);
  }

  @Test
  void gram_samplesAndPositions_addUp() {
    Plain a = plain(Shape.of(2, 1, 2), 1, 2, 3, 4);
    Plain b = plain(Shape.of(2, 2, 2), 1, 0, 0, 1, 10, 0, 0, 10);
    assertIs(a.gram(b), Shape.of(1, 2), 1 + 30, 2 + 40);
  }

  @Test
  void batchNorm_epsilon_insideTheRoot() {
    Plain x = plain(Shape.of(1, 1), 5);
    assertIs(x.batchNorm(vector(2), vector(7), vector(1), vector(3), 1), Shape.of(1, 1), 11);
  }

  @Test
  void layerNorm_twoChannels_biasedVariance() {
    // Means 2 and 5, variances 1 and 9.
    Plain x = plain(Shape.of(1, 2, 2), 1, 2, 3, 8);
    Plain y = x.layerNorm(vector(4, 8), vector(0, 1), 0);
    assertIs(y, Shape.of(1, 2, 2), -4, -4, 9, 9);
    assertIs(x.layerNorm(vector(4, 8), null, 3).gather(2, new int[] {0}), Shape.of(1, 2, 1), -2, 4);
  }

  @Test
  void attention_weightsOfTwoThirdsAndOneThird_mixesValues() {
    double scale = Math.log(2) / 3;
    Plain queries = plain(Shape.of(1, 2, 1), 1, 0);
    Plain keys = plain(Shape.of(1, 2, 2), 3, 0, 5, -5);
    Plain values = plain(Shape.of(1, 2, 2), 3, 6, 10, 20);
    // The second head's query is 0, so that its scores are equal.
    assertIs(queries.attention(keys, values, 2, scale), Shape.of(1, 2, 1), 4, 15);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0.8413447460685429",
    "4, 0.9999683287581669",
    "-2, 0.022750131948179212",
    "-3.5, 2.3262907903552507E-4",
    "-5, 2.866515718791939E-7",
    "-10, 7.619853024160525E-24",
  })
  void phi_tabulatedValues_toTwelveDigits(double x, double phi) {
    assertThat(NormalDistribution.phi(x)).isCloseTo(phi, within(1e-12 * phi));
    assertThat(vector(x).gelu(Op.Gelu.Form.EXACT).values()[0] / x)
        .isCloseTo(phi, within(1e-12 * phi));
  }

  @Test
  void gelu_approximations_asDefined() {
    assertIs(vector(1).gelu(Op.Gelu.Form.TANH), Shape.of(1), 0.8411919906082768);
    assertIs(vector(1).gelu(Op.Gelu.Form.QUICK), Shape.of(1), 0.8457957659328212);
  }

  @Test
  void tanh_logarithms_areFractions() {
    // tanh(ln a) = (a² − 1) / (a² + 1).
    assertIs(vector(Math.log(2), -Math.log(3), 0, 1e-9).tanh(), Shape.of(4), 0.6, -0.8, 0, 1e-9);
    double infinity = Double.POSITIVE_INFINITY;
    assertThat(vector(400, -400, infinity, -infinity, Double.NaN, -0.0).tanh().values())
        .containsExactly(1, -1, 1, -1, Double.NaN, -0.0);
  }

  @Test
  void globalAveragePool_positions_theirMean() {
    Plain x = plain(Shape.of(1, 2, 1, 2), 1, 3, 10, 20);
    assertIs(x.globalAveragePool(), Shape.of(1, 2), 2, 15);
  }

  @Test
  void gatherAndConcat_middleAxis_inOrder() {
    Plain x = plain(Shape.of(2, 2, 1), 1, 2, 3, 4);
    Plain y = plain(Shape.of(2, 1, 1), 8, 9);
    assertIs(x.gather(1, new int[] {1, 0, 1}), Shape.of(2, 3, 1), 2, 1, 2, 4, 3, 4);
    assertIs(Plain.concat(1, List.of(x, y)), Shape.of(2, 3, 1), 1, 2, 8, 3, 4, 9);
  }
}
