package dev.pleas.tck;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.tck.reference.Expected;
import dev.pleas.tck.reference.Plain;
import java.util.List;
import org.junit.jupiter.api.Test;

/** NaN, infinities and −0, as IEEE 754 says. */
abstract class NumberRules extends ElementRules {
  private static final float NAN = Float.NaN;
  private static final float INF = Float.POSITIVE_INFINITY;

  private static HostTensor with(HostTensor host, int index, float value) {
    float[] values = host.values().clone();
    values[index] = value;
    return HostTensor.wrap(host.shape(), values);
  }

  @Test
  void required_tensor301_convolutionPassesNotANumberToWindowsThatSeeItOnly() {
    HostTensor x = numbers.normal(2, 4, 6, 5);
    for (Window window :
        List.of(
            Window.square(3, 1, 1), Window.square(1, 1, 0), new Window(3, 2, 2, 1, 1, 0, 2, 1))) {
      for (int groups : new int[] {1, 2}) {
        HostTensor weight =
            numbers.normal(6, 4 / groups, window.kernelHeight(), window.kernelWidth());
        HostTensor bad = with(with(x, 37, NAN), 133, INF);
        assertValues(
            "conv2d of x with NaN at [0, 1, 1, 2] and ∞ at [1, 0, 2, 3], "
                + window
                + ", groups "
                + groups,
            Expected.conv2d(bad, weight, null, window, groups),
            scope().conv2d(tensor(bad), tensor(weight), null, window, groups));
      }
    }
  }

  @Test
  void required_tensor302_linearPassesNotANumberOn() {
    HostTensor x = with(with(numbers.normal(3, 5, 4), 7, NAN), 50, -INF);
    HostTensor weight = with(numbers.normal(6, 5), 11, NAN);
    for (HostTensor w : List.of(numbers.normal(6, 5), weight)) {
      assertValues(
          "linear of x with NaN at [0, 1, 3] and −∞ at [2, 2, 2]",
          Expected.linear(x, w, null),
          scope().linear(tensor(x), tensor(w), null));
    }
  }

  @Test
  void required_tensor303_zeroTimesInfinityIsNotANumber() {
    for (float bad : new float[] {INF, -INF, NAN}) {
      HostTensor x = with(numbers.normal(2, 3, 4, 4), 5, bad);
      HostTensor kernel = Numbers.of(Shape.of(2, 3, 3, 3), new float[54]);
      Window window = Window.square(3, 1, 1);
      assertValues(
          "conv2d of " + bad + " with a weight of zeros",
          Expected.conv2d(x, kernel, null, window, 1),
          scope().conv2d(tensor(x), tensor(kernel), null, window, 1));
      HostTensor matrix = Numbers.of(Shape.of(2, 3), new float[6]);
      assertValues(
          "linear of " + bad + " with a weight of zeros",
          Expected.linear(x, matrix, null),
          scope().linear(tensor(x), tensor(matrix), null));
      assertValues(
          "scale of " + bad + " by 0",
          Expected.exactly(Plain.of(x).times(0)),
          scope().scale(tensor(x), 0));
    }
  }

  @Test
  void required_tensor304_reluKeepsNotANumber() {
    HostTensor x = Numbers.of(Shape.of(6), -1, NAN, 2, INF, -INF, NAN);
    assertValues(
        "relu of [-1, NaN, 2, ∞, −∞, NaN]",
        Expected.exactly(Plain.of(x).relu()),
        scope().relu(tensor(x)));
  }

  @Test
  void required_tensor305_geluKeepsNotANumberAndHasItsLimits() {
    HostTensor x = Numbers.of(Shape.of(5), NAN, INF, -INF, 1e30f, -1e30f);
    for (Op.Gelu.Form form : Op.Gelu.Form.values()) {
      assertValues(
          "gelu " + form + " of [NaN, ∞, −∞, 1e30, −1e30]",
          Expected.gelu(x, form),
          scope().gelu(tensor(x), form));
    }
  }

  @Test
  void required_tensor306_additionFollowsIeee() {
    HostTensor a = Numbers.of(Shape.of(6), INF, INF, NAN, 1, Float.MAX_VALUE, -0f);
    HostTensor b = Numbers.of(Shape.of(6), -INF, INF, 1, NAN, Float.MAX_VALUE, 0);
    // In float64, the sum of the largest two float32 numbers would not overflow.
    HostTensor sum = Plain.of(a).plus(Plain.of(b)).toHost();
    assertValues(
        "add of [∞, ∞, NaN, 1, max, −0] and [−∞, ∞, 1, NaN, max, 0]",
        Expected.exactly(Plain.of(sum)),
        scope().add(tensor(a), tensor(b)));
  }

  @Test
  void required_tensor307_maxPoolingGivesNotANumberWhereAWindowSeesIt() {
    HostTensor x = Numbers.of(Shape.of(1, 1, 1, 8), 1, NAN, NAN, 2, INF, 3, -INF, -INF);
    Window pairs = new Window(1, 2, 1, 2, 0, 0, 1, 1);
    assertValues(
        "maxPool2d of pairs [1, NaN], [NaN, 2], [∞, 3], [−∞, −∞]",
        Expected.exactly(Plain.of(x).maxPool2d(pairs)),
        scope().maxPool2d(tensor(x), pairs));
  }

  @Test
  void required_tensor308_paddingNeverWins() {
    HostTensor x = Numbers.of(Shape.of(1, 1, 2, 3), -3, -1, -7, -INF, -2, -5);
    for (Window window :
        List.of(
            Window.square(3, 2, 1), Window.square(3, 1, 1), new Window(1, 3, 1, 1, 0, 1, 1, 1))) {
      assertValues(
          "maxPool2d of negative x, " + window,
          Expected.exactly(Plain.of(x).maxPool2d(window)),
          scope().maxPool2d(tensor(x), window));
    }
  }

  @Test
  void required_tensor309_normalizationsPassNotANumberOn() {
    HostTensor x = with(numbers.normal(2, 3, 5), 7, NAN);
    HostTensor[] p = {
      numbers.normal(3), numbers.normal(3), with(numbers.normal(3), 0, NAN), numbers.positive(3)
    };
    assertValues(
        "batchNorm of x with NaN at [0, 1, 2] and NaN as mean of channel 0",
        Expected.batchNorm(x, p[0], p[1], p[2], p[3], 1e-5),
        scope().batchNorm(tensor(x), tensor(p[0]), tensor(p[1]), tensor(p[2]), tensor(p[3]), 1e-5));
    Plain normal = Plain.of(x).layerNorm(Plain.of(p[0]), Plain.of(p[1]), 1e-3);
    // Of the others only that they are numbers: their values have a rule of their own.
    Plain found = Plain.of(scope().layerNorm(tensor(x), tensor(p[0]), tensor(p[1]), 1e-3).toHost());
    assertValues(
        "where layerNorm of x with NaN at [0, 1, 2] is a number",
        Expected.exactly(normal.map(v -> Double.isNaN(v) ? 0 : 1)),
        found.map(v -> Double.isNaN(v) ? 0 : 1));
  }

  @Test
  void required_tensor310_averagePoolingPassesNotANumberOn() {
    HostTensor x = with(with(numbers.normal(2, 3, 2, 2), 5, NAN), 13, -INF);
    assertValues(
        "globalAveragePool of x with NaN in [0, 1] and −∞ in [1, 0]",
        Expected.globalAveragePool(x),
        scope().globalAveragePool(tensor(x)));
  }

  @Test
  void required_tensor311_attentionPassesNotANumberOn() {
    HostTensor q = numbers.normal(1, 4, 3);
    HostTensor k = numbers.normal(1, 4, 5);
    HostTensor v = numbers.normal(1, 6, 5);
    attend("a query", with(q, 1, NAN), k, v);
    attend("a key", q, with(k, 13, NAN), v);
    attend("a value", q, k, with(v, 17, NAN));
  }

  /** Finds NaN where it is expected, and numbers elsewhere. */
  private void attend(String where, HostTensor q, HostTensor k, HostTensor v) {
    Plain expected = Plain.of(q).attention(Plain.of(k), Plain.of(v), 2, 0.5);
    Tensor found = scope().attention(tensor(q), tensor(k), tensor(v), 2, 0.5);
    assertValues(
        "where attention with NaN in " + where + " is a number",
        Expected.exactly(expected.map(x -> Double.isNaN(x) ? 0 : 1)),
        Plain.of(found.toHost()).map(x -> Double.isNaN(x) ? 0 : 1));
  }

  @Test
  void required_tensor312_negativeZeroCountsAsZero() {
    HostTensor x = Numbers.of(Shape.of(1, 1, 2, 2), -0f, 0, -0f, -0f);
    Tensor t = tensor(x);
    Expected zeros = Expected.exactly(Plain.of(x));
    assertValues("relu of −0", zeros, scope().relu(t));
    assertValues("gelu of −0", zeros, scope().gelu(t, Op.Gelu.Form.EXACT));
    assertValues("add of −0 and −0", zeros, scope().add(t, t));
    assertValues("scale of −0", zeros, scope().scale(t, -3));
    assertValues("maxPool2d of −0", zeros, scope().maxPool2d(t, Window.square(1, 1, 0)));
    HostTensor one = Numbers.of(Shape.of(1, 1), -1);
    assertValues("linear of −0", zeros, scope().linear(t, tensor(one), null));
  }

  @Test
  void required_tensor313_clippingKeepsNotANumberAndHasInfiniteBounds() {
    HostTensor x = Numbers.of(Shape.of(6), -1, NAN, 9, INF, -INF, 2);
    for (float[] bounds : new float[][] {{0, 6}, {-INF, 6}, {0, INF}, {-INF, INF}}) {
      assertValues(
          "clip of [-1, NaN, 9, ∞, −∞, 2], " + bounds[0] + " to " + bounds[1],
          Expected.exactly(Plain.of(x).clip(bounds[0], bounds[1])),
          scope().clip(tensor(x), bounds[0], bounds[1]));
    }
  }

  @Test
  void required_tensor314_multiplicationFollowsIeee() {
    HostTensor a = Numbers.of(Shape.of(6), INF, INF, NAN, 1, Float.MAX_VALUE, 0);
    HostTensor b = Numbers.of(Shape.of(6), -INF, 0, 0, NAN, Float.MAX_VALUE, -INF);
    // In float64, the product of the largest two float32 numbers would not overflow.
    HostTensor product = Plain.of(a).times(Plain.of(b)).toHost();
    assertValues(
        "multiply of [∞, ∞, NaN, 1, max, 0] and [−∞, 0, 0, NaN, max, −∞]",
        Expected.exactly(Plain.of(product)),
        scope().multiply(tensor(a), tensor(b)));
  }
}
