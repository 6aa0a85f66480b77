package dev.pleas.cpu.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.tck.reference.Expected;
import dev.pleas.tck.reference.Plain;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The operations of transformers against their definitions, at the edges of their blocks. */
public abstract class TransformerTests extends BackendTest {
  private static final float INF = Float.POSITIVE_INFINITY;

  @Test
  void linear_overPositions_asDefinedAtEach() {
    int[][] shapes = {{2, 5, 7}, {1, 17, 197}, {3, 4, 2, 3}, {2, 0, 3}, {2, 3, 0}, {0, 3, 2}};
    for (int[] dims : shapes) {
      HostTensor x = random(dims);
      HostTensor w = random(33, dims[1]);
      HostTensor bias = random(33);
      for (HostTensor b : new HostTensor[] {null, bias}) {
        Tensor y =
            scope.linear(scope.tensor(x), scope.tensor(w), b == null ? null : scope.tensor(b));
        assertClose(y, Expected.linear(x, w, b));
      }
    }
    assertThat(scope.linear(tensor(new float[6], 2, 3), tensor(new float[0], 0, 3), null).shape())
        .isEqualTo(Shape.of(2, 0));
  }

  @Test
  void layerNorm_sizesAroundBlocks_asDefined() {
    int[][] shapes = {
      {2, 5, 7},
      {3, 7},
      {1, 1, 3},
      {2, 96, 341},
      {2, 96, 342},
      {1, 2049, 17},
      {2, 3, 2, 5},
      {0, 3, 2}
    };
    for (int[] dims : shapes) {
      HostTensor x = random(dims);
      HostTensor weight = random(dims[1]);
      HostTensor bias = random(dims[1]);
      assertClose(layerNorm(x, weight, bias), normalized(x, weight, bias));
      assertClose(layerNorm(x, weight, null), normalized(x, weight, null));
    }
  }

  /**
   * The statistics are float64: C additions make the mean, and the result is rounded to float32
   * once, where the contract lets all be float32.
   */
  private static Expected normalized(HostTensor x, HostTensor weight, HostTensor bias) {
    Plain in = Plain.of(x);
    Plain w = Plain.of(weight);
    double variance = Arrays.stream(in.channelVariances().values()).min().orElse(1);
    double size = (in.dim(1) + 4) * in.largest() / Math.sqrt(variance + 1e-6);
    Plain values = in.layerNorm(w, bias == null ? null : Plain.of(bias), 1e-6);
    Plain inFloat64 = in.map(v -> 0x1p-52 / Expected.ROUNDING * size).timesChannels(w.abs());
    return Expected.within(values, 1, values.abs().plus(inFloat64));
  }

  private Tensor layerNorm(HostTensor x, HostTensor weight, HostTensor bias) {
    return scope.layerNorm(
        scope.tensor(x), scope.tensor(weight), bias == null ? null : scope.tensor(bias), 1e-6);
  }

  @Test
  void layerNorm_equalChannels_giveTheBias() {
    HostTensor x = random(2, 7, 3);
    for (int i = 0; i < 42; i++) {
      x.values()[i] = (i % 3 + 1) * 0.1f;
    }
    float[] bias = {1, 2, 3, 4, 5, 6, 7};
    float[] y = values(layerNorm(x, random(7), host(bias, 7)));
    for (int i = 0; i < 42; i++) {
      assertThat(y[i]).isEqualTo(bias[i / 3 % 7]);
    }
  }

  @Test
  void layerNorm_hugeTinyAndShiftedValues_losesNothing() {
    for (float[] factorAndShift : new float[][] {{1e37f, 0}, {1e-3f, 0}, {0.5f, 1e6f}}) {
      HostTensor x = random(2, 9, 5);
      for (int i = 0; i < x.values().length; i++) {
        x.values()[i] = x.values()[i] * factorAndShift[0] + factorAndShift[1];
      }
      HostTensor weight = random(9);
      assertClose(layerNorm(x, weight, null), normalized(x, weight, null));
    }
  }

  @Test
  void layerNorm_nonFinite_staysAtItsPosition() {
    HostTensor x = random(1, 4, 3);
    x.values()[4] = INF;
    x.values()[8] = Float.NaN;
    float[] y = values(layerNorm(x, random(4), null));
    for (int i = 0; i < 12; i++) {
      assertThat(Float.isFinite(y[i])).as("element %d", i).isEqualTo(i % 3 == 0);
    }
  }

  @Test
  void attention_sizesAndHeads_asDefined() {
    // samples, heads, d, e, T, S
    int[][] sizes = {
      {2, 3, 5, 5, 7, 7},
      {1, 1, 1, 1, 1, 1},
      {2, 2, 4, 3, 5, 9},
      {3, 2, 3, 6, 4, 1},
      {1, 2, 8, 8, 197, 197},
      {2, 1, 33, 34, 65, 35},
      {1, 2, 3, 2, 2, 5000},
      {2, 3, 0, 4, 3, 5},
      {2, 3, 4, 0, 3, 5},
      {2, 3, 4, 2, 0, 5},
      {0, 3, 4, 2, 3, 5}
    };
    for (int[] s : sizes) {
      HostTensor q = random(s[0], s[1] * s[2], s[4]);
      HostTensor k = random(s[0], s[1] * s[2], s[5]);
      HostTensor v = random(s[0], s[1] * s[3], s[5]);
      assertClose(attention(q, k, v, s[1], 0.5), Expected.attention(q, k, v, s[1], 0.5));
    }
  }

  private Tensor attention(HostTensor q, HostTensor k, HostTensor v, int heads, double scale) {
    return scope.attention(scope.tensor(q), scope.tensor(k), scope.tensor(v), heads, scale);
  }

  @Test
  void attention_noKeyChannels_isTheMean() {
    Tensor y =
        attention(random(1, 0, 2), random(1, 0, 4), host(new float[] {1, 2, 3, 6}, 1, 1, 4), 1, 1);
    assertThat(values(y)).containsExactly(3, 3);
  }

  @Test
  void attention_largeScores_picksTheLargest() {
    HostTensor q = host(new float[] {0x1p50f, -0x1p50f}, 1, 1, 2);
    HostTensor k = host(new float[] {0x1p50f, 0, -0x1p50f}, 1, 1, 3);
    HostTensor v = host(new float[] {5, 7, 9}, 1, 1, 3);
    assertThat(values(attention(q, k, v, 1, 1))).containsExactly(5, 9);
    assertThat(values(attention(q, k, v, 1, -1))).containsExactly(9, 5);
  }

  @Test
  void attention_nonFiniteScores_areThoseOfIeee() {
    // Scores −∞, NaN and ∞ for the second key; the first has 0.
    HostTensor q = host(new float[] {1}, 1, 1, 1);
    HostTensor v = host(new float[] {5, 7}, 1, 1, 2);
    assertThat(values(attention(q, host(new float[] {0, -INF}, 1, 1, 2), v, 1, 1)))
        .containsExactly(5);
    for (float score : new float[] {Float.NaN, INF}) {
      assertThat(values(attention(q, host(new float[] {0, score}, 1, 1, 2), v, 1, 1))[0]).isNaN();
    }
  }

  @Test
  void operations_ofOneSampleOrMany_sameBits() {
    // Different numbers of samples are spread over threads, blocks and batches differently.
    HostTensor x = random(9, 96, 350);
    HostTensor w = random(96);
    float[] norm = values(layerNorm(x, w, w));
    float[] attention = values(attention(x, x, x, 3, 0.1));
    float[] gelu = values(scope.gelu(scope.tensor(x), Op.Gelu.Form.EXACT));
    int each = 96 * 350;
    for (int n = 0; n < 9; n++) {
      HostTensor one = host(Arrays.copyOfRange(x.values(), n * each, (n + 1) * each), 1, 96, 350);
      assertThat(values(layerNorm(one, w, w)))
          .isEqualTo(Arrays.copyOfRange(norm, n * each, (n + 1) * each));
      assertThat(values(attention(one, one, one, 3, 0.1)))
          .isEqualTo(Arrays.copyOfRange(attention, n * each, (n + 1) * each));
      assertThat(values(scope.gelu(scope.tensor(one), Op.Gelu.Form.EXACT)))
          .isEqualTo(Arrays.copyOfRange(gelu, n * each, (n + 1) * each));
    }
  }

  @Test
  void operations_shapesThatDoNotFit_areRefused() {
    Tensor x = scope.tensor(random(2, 6, 4));
    Tensor six = scope.tensor(random(6));
    Tensor five = scope.tensor(random(5));
    assertRefused(
        () -> scope.layerNorm(six, six, null, 1), "layerNorm: expected input [N, C, …], found [6]");
    assertRefused(
        () -> scope.layerNorm(x, five, null, 1), "layerNorm: expected weight [6], found [5]");
    assertRefused(
        () -> scope.layerNorm(x, six, five, 1), "layerNorm: expected bias [6], found [5]");
    assertRefused(
        () -> scope.layerNorm(scope.tensor(random(2, 0)), scope.tensor(random(0)), null, 1),
        "layerNorm: expected input [N, C, …] with C > 0, found [2, 0]");
    assertRefused(
        () -> scope.linear(x, scope.tensor(random(3, 5)), null),
        "linear: expected weight [3, 6], found [3, 5]");
    assertRefused(
        () -> scope.attention(six, x, x, 1, 1),
        "attention: expected queries [N, heads·d, T], found [6]");
    assertRefused(
        () -> scope.attention(x, six, x, 1, 1), "attention: expected keys [2, 6, S], found [6]");
    assertRefused(
        () -> scope.attention(x, scope.tensor(random(2, 5, 3)), x, 1, 1),
        "attention: expected keys [2, 6, 3], found [2, 5, 3]");
    assertRefused(
        () -> scope.attention(x, x, scope.tensor(random(2, 3, 5)), 1, 1),
        "attention: expected values [2, 3, 4], found [2, 3, 5]");
    assertRefused(
        () -> scope.attention(x, x, x, 4, 1),
        "attention: heads must divide the channels, found 4 heads for queries [2, 6, 4] and values"
            + " [2, 6, 4]");
    assertRefused(
        () -> scope.attention(x, x, x, 0, 1),
        "attention: heads must divide the channels, found 0 heads for queries [2, 6, 4] and values"
            + " [2, 6, 4]");
    Tensor none = scope.tensor(random(2, 6, 0));
    assertRefused(
        () -> scope.attention(x, none, none, 1, 1),
        "attention: expected keys [N, heads·d, S] with S > 0, found [2, 6, 0]");
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(ShapeException.class).hasMessage(message);
  }
}
