package dev.pleas.tck;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.tck.reference.Expected;
import dev.pleas.tck.reference.Plain;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Operations on elements and positions, and those that move elements, against definitions. */
abstract class ElementRules extends ProductRules {
  private static final int[] LENGTHS = {0, 1, 4, 6, 13, 31, 32, 33, 63, 64, 65, 207, 4097, 70_001};

  @Test
  void required_tensor221_reluIsAsDefined() {
    for (int length : LENGTHS) {
      HostTensor x = numbers.normal(length);
      assertValues(
          "relu of x " + x.shape(), Expected.exactly(Plain.of(x).relu()), scope().relu(tensor(x)));
    }
  }

  @Test
  void required_tensor222_geluIsAsDefinedInEachForm() {
    float[] wide = new float[241];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = (i - 120) / 6f;
    }
    for (Op.Gelu.Form form : Op.Gelu.Form.values()) {
      for (HostTensor x :
          List.of(numbers.normal(3, 70), numbers.normal(0), Numbers.of(Shape.of(241), wide))) {
        assertValues(
            "gelu " + form + " of x " + x.shape(),
            Expected.gelu(x, form),
            scope().gelu(tensor(x), form));
      }
    }
  }

  @Test
  void required_tensor223_additionIsAsDefined() {
    for (int length : LENGTHS) {
      HostTensor a = numbers.normal(length);
      HostTensor b = numbers.normal(length);
      Plain sum = Plain.of(a).plus(Plain.of(b));
      assertValues(
          "add of a and b " + a.shape(),
          Expected.within(sum, 1, sum.abs()),
          scope().add(tensor(a), tensor(b)));
    }
  }

  @Test
  void required_tensor224_scalingIsAsDefined() {
    for (int length : LENGTHS) {
      for (float factor : new float[] {0, 0.3f, -2}) {
        HostTensor x = numbers.normal(length);
        Plain product = Plain.of(x).times(factor);
        assertValues(
            "scale of x " + x.shape() + ", factor " + factor,
            Expected.within(product, 1, product.abs()),
            scope().scale(tensor(x), factor));
      }
    }
  }

  @Test
  void required_tensor225_maxPoolingIsAsDefined() {
    for (Window window : numbers.windows()) {
      HostTensor x = numbers.imagesFor(window, 2, 3);
      assertValues(
          "maxPool2d of x " + x.shape() + ", " + window,
          Expected.exactly(Plain.of(x).maxPool2d(window)),
          scope().maxPool2d(tensor(x), window));
    }
  }

  @Test
  void required_tensor226_averagePoolingIsTheMeanOverAllPositions() {
    int[][] shapes = {{2, 3, 1, 1}, {3, 5, 7, 6}, {2, 13, 33}, {1, 2, 100, 100}, {2, 4, 3, 2, 5}};
    for (int[] shape : shapes) {
      HostTensor x = numbers.normal(shape);
      assertValues(
          "globalAveragePool of x " + x.shape(),
          Expected.globalAveragePool(x),
          scope().globalAveragePool(tensor(x)));
    }
  }

  @Test
  void required_tensor227_reshapingKeepsTheOrder() {
    int[][][] shapes = {
      {{2, 3}, {3, 1, 2}}, {{4, 5, 6}, {6, 20}}, {{1}, {}}, {{}, {1, 1}}, {{3, 0}, {0, 7, 2}}
    };
    for (int[][] pair : shapes) {
      HostTensor x = numbers.normal(pair[0]);
      Shape shape = Shape.of(pair[1]);
      assertValues(
          "reshape of x " + x.shape() + " to " + shape,
          Expected.exactly(Plain.of(x).reshape(shape)),
          scope().reshape(tensor(x), shape));
    }
  }

  @Test
  void required_tensor228_gatheringTakesTheGivenIndicesInOrder() {
    int[][] shapes = {{3, 4, 5}, {2, 3, 5000}, {1, 1, 1}, {6000, 2, 1}, {13, 31, 6}, {3, 0, 2}};
    for (int[] dims : shapes) {
      HostTensor x = numbers.normal(dims);
      for (int axis = 0; axis < 3; axis++) {
        int last = dims[axis] - 1;
        List<int[]> choices =
            last < 0 ? List.of(new int[0]) : List.of(new int[0], new int[] {last, 0, last, last});
        for (int[] indices : choices) {
          assertValues(
              "gather of x " + x.shape() + ", axis " + axis + ", " + Arrays.toString(indices),
              Expected.exactly(Plain.of(x).gather(axis, indices)),
              scope().gather(tensor(x), axis, indices));
        }
      }
    }
  }

  @Test
  void required_tensor229_concatenationPutsPartsInOrder() {
    for (int axis = 0; axis < 3; axis++) {
      List<HostTensor> parts = new ArrayList<>();
      for (int length : new int[] {2, 0, 1, 3}) {
        parts.add(numbers.normal(Shape.of(4, 5, 130).with(axis, length).dims()));
      }
      assertValues(
          "concat of parts of lengths 2, 0, 1, 3 along axis " + axis,
          Expected.exactly(Plain.concat(axis, parts.stream().map(Plain::of).toList())),
          scope().concat(axis, parts.stream().map(this::tensor).toList()));
      assertValues(
          "concat of one part along axis " + axis,
          Expected.exactly(Plain.of(parts.get(0))),
          scope().concat(axis, List.of(tensor(parts.get(0)))));
    }
  }

  @Test
  void required_tensor230_oneTensorMayBeSeveralArguments() {
    HostTensor x = numbers.normal(2, 3, 5);
    Plain plain = Plain.of(x);
    Tensor t = tensor(x);
    assertValues(
        "add(x, x)", Expected.within(plain.times(2), 1, plain.times(2).abs()), scope().add(t, t));
    assertValues(
        "concat(1, x, x)",
        Expected.exactly(Plain.concat(1, List.of(plain, plain))),
        scope().concat(1, List.of(t, t)));
    assertValues(
        "attention(x, x, x)", Expected.attention(x, x, x, 1, 1), scope().attention(t, t, t, 1, 1));
    HostTensor square = numbers.normal(4, 4);
    Tensor s = tensor(square);
    assertValues("linear(x, x)", Expected.linear(square, square, null), scope().linear(s, s, null));
  }

  @Test
  void required_tensor231_operationsOfNoSamplesGiveNoSamples() {
    HostTensor none = numbers.normal(0, 3, 4, 5);
    Plain x = Plain.of(none);
    Tensor t = tensor(none);
    Window window = Window.square(3, 2, 1);
    assertValues("relu of none", Expected.exactly(x.relu()), scope().relu(t));
    assertValues("add of none", Expected.exactly(x), scope().add(t, t));
    assertValues("scale of none", Expected.exactly(x), scope().scale(t, 2));
    assertValues(
        "maxPool2d of none", Expected.exactly(x.maxPool2d(window)), scope().maxPool2d(t, window));
    assertValues("unfold of none", Expected.exactly(x.unfold(window)), scope().unfold(t, window));
    assertValues(
        "globalAveragePool of none",
        Expected.exactly(x.globalAveragePool()),
        scope().globalAveragePool(t));
  }

  @Test
  void required_tensor232_largeTensorsAreAsDefined() {
    // More than any thread's share, cache or block, and no multiple of them.
    HostTensor x = numbers.normal(3, 1_000_003);
    Plain plain = Plain.of(x);
    Tensor t = tensor(x);
    int last = x.shape().dim(1) - 1;
    assertValues("relu of x " + x.shape(), Expected.exactly(plain.relu()), scope().relu(t));
    assertValues(
        "add of x " + x.shape(),
        Expected.within(plain.times(2), 1, plain.times(2).abs()),
        scope().add(t, t));
    assertValues(
        "gather of x " + x.shape(),
        Expected.exactly(plain.gather(1, new int[] {last, 0, last / 2})),
        scope().gather(t, 1, new int[] {last, 0, last / 2}));
  }

  @Test
  void required_tensor233_tanhIsAsDefined() {
    for (int length : LENGTHS) {
      HostTensor x = numbers.normal(length);
      assertValues("tanh of x " + x.shape(), Expected.tanh(x), scope().tanh(tensor(x)));
    }
    float inf = Float.POSITIVE_INFINITY;
    float[] odd = {0, -0f, inf, -inf, Float.NaN, 1e30f, -1e30f, 89, -9, 1e-4f, -1e-20f, 1e-30f};
    HostTensor x = Numbers.of(Shape.of(2, 3, 2), odd);
    assertValues(
        "tanh of [0, −0, ∞, −∞, NaN, 1e30, −1e30, 89, −9, 1e-4, −1e-20, 1e-30]",
        Expected.tanh(x),
        scope().tanh(tensor(x)));
  }

  @Test
  void required_tensor234_sigmoidIsAsDefined() {
    for (int length : LENGTHS) {
      HostTensor x = numbers.normal(length);
      assertValues("sigmoid of x " + x.shape(), Expected.sigmoid(x), scope().sigmoid(tensor(x)));
    }
    float inf = Float.POSITIVE_INFINITY;
    float[] odd = {0, -0f, inf, -inf, Float.NaN, 1e30f, -1e30f, 89, -80, 20, -20, 1e-20f};
    HostTensor x = Numbers.of(Shape.of(2, 3, 2), odd);
    assertValues(
        "sigmoid of [0, −0, ∞, −∞, NaN, 1e30, −1e30, 89, −80, 20, −20, 1e-20]",
        Expected.sigmoid(x),
        scope().sigmoid(tensor(x)));
  }

  @Test
  void required_tensor235_clippingIsAsDefined() {
    float[][] bounds = {{0, 6}, {-0.5f, 0.25f}, {-2, -1}, {0.3f, 0.3f}};
    for (int length : LENGTHS) {
      HostTensor x = numbers.normal(length);
      for (float[] b : bounds) {
        assertValues(
            "clip of x " + x.shape() + ", " + b[0] + " to " + b[1],
            Expected.exactly(Plain.of(x).clip(b[0], b[1])),
            scope().clip(tensor(x), b[0], b[1]));
      }
    }
  }

  @Test
  void required_tensor236_multiplicationIsAsDefined() {
    for (int length : LENGTHS) {
      HostTensor a = numbers.normal(length);
      HostTensor b = numbers.normal(length);
      assertValues(
          "multiply of a and b " + a.shape(),
          Expected.multiply(a, b),
          scope().multiply(tensor(a), tensor(b)));
    }
    HostTensor x = numbers.normal(2, 3, 5);
    Tensor t = tensor(x);
    assertValues("multiply(x, x)", Expected.multiply(x, x), scope().multiply(t, t));
    HostTensor none = numbers.normal(0, 3, 2);
    Tensor n = tensor(none);
    assertValues("multiply of none", Expected.multiply(none, none), scope().multiply(n, n));
  }
}
