package dev.pleas.cpu.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.graph.Op.Gelu.Form;
import dev.pleas.tck.reference.Expected;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.math3.special.Erf;
import org.junit.jupiter.api.Test;

class GeluTest {
  private static float gelu(Form form, float x) {
    float[] v = {x};
    Gelu.apply(form, v, 1);
    return v[0];
  }

  private static void assertEverywhere(Form form, DoubleUnaryOperator expected) {
    Random random = new Random(7);
    for (int i = 0; i < 200_000; i++) {
      // Half of them where activations are, half over all that does not round to 0 or x.
      float x = i % 2 == 0 ? (float) random.nextGaussian() : -15 + 22 * random.nextFloat();
      assertClose(form, x, expected);
    }
    for (float x = -16; x <= 8; x += 0.25f) {
      assertClose(form, x, expected);
      assertClose(form, Math.nextUp(x), expected);
      assertClose(form, Math.nextDown(x), expected);
    }
    for (float x : new float[] {1e-30f, 1e-40f, Float.MIN_VALUE, 1e30f, Float.MAX_VALUE}) {
      assertClose(form, x, expected);
      assertClose(form, -x, expected);
    }
  }

  private static void assertClose(Form form, float x, DoubleUnaryOperator expected) {
    double want = expected.applyAsDouble(x);
    // Rounding to float32, which is coarser below the normal numbers, and as much again.
    double bound = 2 * Expected.ROUNDING * Math.abs(want) + Float.MIN_VALUE / 2.0;
    assertThat(Math.abs(gelu(form, x) - want))
        .as("%s(%s) is %s instead of %s", form, x, gelu(form, x), want)
        .isLessThanOrEqualTo(bound);
  }

  @Test
  void exact_everywhere_isCommonsMathsToARounding() {
    assertEverywhere(Form.EXACT, x -> x / 2 * Erf.erfc(-x / Math.sqrt(2)));
  }

  @Test
  void tanh_everywhere_isTheDefinitionToARounding() {
    // 1 + tanh(u), where it would cancel: 2·exp(2u) / (exp(2u) + 1).
    assertEverywhere(
        Form.TANH,
        x -> {
          double u = Math.sqrt(2 / Math.PI) * (x + 0.044715 * Math.pow(x, 3));
          double e = Math.exp(2 * u);
          return u > 0 ? x / 2 * (1 + Math.tanh(u)) : x * e / (e + 1);
        });
  }

  @Test
  void quick_everywhere_isTheDefinitionToARounding() {
    assertEverywhere(
        Form.QUICK,
        x -> {
          double e = Math.exp(-1.702 * Math.abs(x));
          return (x > 0 ? x : x * e) / (1 + e);
        });
  }

  @Test
  void specialValues_haveTheLimits() {
    for (Form form : Form.values()) {
      assertThat(gelu(form, Float.NaN)).as(form.name()).isNaN();
      assertThat(gelu(form, Float.POSITIVE_INFINITY)).as(form.name()).isInfinite().isPositive();
      assertThat(gelu(form, Float.NEGATIVE_INFINITY)).as(form.name()).isEqualTo(0f);
      assertThat(gelu(form, 0f)).as(form.name()).isEqualTo(0f);
      assertThat(gelu(form, -0f)).as(form.name()).isEqualTo(-0f);
    }
  }
}
