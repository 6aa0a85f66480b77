package dev.pleas.tck;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.tck.reference.Expected;
import dev.pleas.tck.reference.Plain;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Convolutions, linear maps, attention and normalizations against their definitions. */
abstract class ProductRules extends TensorRules {
  private static final Window SAME = Window.square(3, 1, 1);

  private void convolve(
      HostTensor x, HostTensor weight, @Nullable HostTensor bias, Window window, int groups) {
    assertValues(
        "conv2d of x "
            + x.shape()
            + ", weight "
            + weight.shape()
            + (bias == null ? ", no bias, " : ", bias, ")
            + window
            + ", groups "
            + groups,
        Expected.conv2d(x, weight, bias, window, groups),
        scope().conv2d(tensor(x), tensor(weight), optional(bias), window, groups));
  }

  private HostTensor kernel(int filters, int channels, Window window) {
    return numbers.normal(filters, channels, window.kernelHeight(), window.kernelWidth());
  }

  @Test
  void required_tensor201_hostTensorsComeBackBitForBit() {
    float[] special = {
      0,
      -0f,
      Float.MIN_VALUE,
      -Float.MIN_NORMAL / 3,
      Float.MAX_VALUE,
      Float.NEGATIVE_INFINITY,
      Float.NaN,
      Float.intBitsToFloat(0x7fc12345),
      Float.intBitsToFloat(0xffc00001),
      1.1f
    };
    for (HostTensor host :
        List.of(
            Numbers.of(Shape.of(10), special),
            Numbers.of(Shape.of(), 7),
            Numbers.of(Shape.of(3, 0, 2)),
            numbers.normal(3, 5, 7, 11, 2))) {
      assertBits("tensor(host) of " + host.shape(), host, tensor(host).toHost());
    }
  }

  @Test
  void required_tensor202_convolutionIsAsDefinedForEveryWindow() {
    for (Window window : numbers.windows()) {
      HostTensor x = numbers.imagesFor(window, 2, 3);
      convolve(x, kernel(5, 3, window), null, window, 1);
    }
  }

  @Test
  void required_tensor203_convolutionInGroupsSeesItsOwnChannelsOnly() {
    for (Window window : numbers.windows()) {
      for (int groups : new int[] {2, 3, 6}) {
        HostTensor x = numbers.imagesFor(window, 2, 6);
        convolve(x, kernel(12, 6 / groups, window), numbers.normal(12), window, groups);
      }
    }
  }

  @Test
  void required_tensor204_convolutionAddsItsBias() {
    for (int filters : new int[] {1, 4, 6, 13}) {
      for (Window window : List.of(SAME, Window.square(1, 1, 0), Window.square(3, 2, 1))) {
        HostTensor x = numbers.imagesFor(window, 3, 2);
        HostTensor weight = kernel(filters, 2, window);
        convolve(x, weight, numbers.normal(filters), window, 1);
        convolve(x, weight, null, window, 1);
      }
    }
  }

  @Test
  void required_tensor205_convolutionIsAsDefinedAroundBlockSizes() {
    int[][] sizes = { // N, C, H, W, K, kernel, stride
      {2, 3, 33, 31, 16, 3, 1},
      {3, 16, 28, 28, 16, 3, 1},
      {2, 17, 14, 14, 33, 3, 2},
      {2, 40, 14, 14, 70, 1, 1},
      {2, 16, 28, 28, 32, 1, 2},
      {1, 130, 5, 5, 5, 3, 1},
      {1, 63, 4, 4, 65, 3, 1},
      {1, 3, 31, 33, 8, 7, 2},
      {1, 207, 3, 3, 6, 3, 1},
    };
    for (int[] s : sizes) {
      Window window = Window.square(s[5], s[6], s[5] / 2);
      HostTensor x = numbers.normal(s[0], s[1], s[2], s[3]);
      convolve(x, kernel(s[4], s[1], window), numbers.normal(s[4]), window, 1);
    }
  }

  @Test
  void required_tensor206_convolutionOfEmptyAxes() {
    convolve(numbers.normal(0, 2, 4, 4), kernel(3, 2, SAME), null, SAME, 1);
    convolve(numbers.normal(2, 2, 4, 4), kernel(0, 2, SAME), null, SAME, 1);
    // A sum of nothing is 0, and the bias is added to it.
    convolve(numbers.normal(2, 0, 4, 4), kernel(3, 0, SAME), numbers.normal(3), SAME, 1);
    convolve(numbers.normal(2, 0, 4, 4), kernel(3, 0, SAME), null, SAME, 1);
    // Nothing but padding around a single element.
    Window wide = Window.square(5, 1, 2);
    convolve(numbers.normal(2, 2, 1, 1), kernel(3, 2, wide), null, wide, 1);
  }

  private void linear(HostTensor x, HostTensor weight, @Nullable HostTensor bias) {
    assertValues(
        "linear of x "
            + x.shape()
            + ", weight "
            + weight.shape()
            + (bias == null ? ", no bias" : ", bias"),
        Expected.linear(x, weight, bias),
        scope().linear(tensor(x), tensor(weight), optional(bias)));
  }

  @Test
  void required_tensor207_linearIsWeightTimesInputPlusBias() {
    int[][] sizes = { // N, C, K
      {1, 1, 1}, {3, 5, 7}, {4, 6, 13}, {31, 32, 33}, {64, 63, 65}, {17, 130, 33}, {2, 207, 10}
    };
    for (int[] s : sizes) {
      linear(numbers.normal(s[0], s[1]), numbers.normal(s[2], s[1]), null);
      linear(numbers.normal(s[0], s[1]), numbers.normal(s[2], s[1]), numbers.normal(s[2]));
    }
  }

  @Test
  void required_tensor208_linearIsTheSameAtEveryPosition() {
    int[][] shapes = {{2, 5, 3}, {3, 6, 1}, {2, 13, 4, 7}, {1, 33, 65}, {2, 4, 2, 3, 2}};
    for (int[] shape : shapes) {
      linear(numbers.normal(shape), numbers.normal(9, shape[1]), numbers.normal(9));
      linear(numbers.normal(shape), numbers.normal(4, shape[1]), null);
    }
  }

  @Test
  void required_tensor209_linearOfEmptyAxes() {
    int[][] shapes = {{0, 4}, {4, 0}, {2, 3, 0}, {2, 0, 3}, {0, 2, 3}};
    for (int[] shape : shapes) {
      linear(numbers.normal(shape), numbers.normal(3, shape[1]), numbers.normal(3));
      linear(numbers.normal(shape), numbers.normal(3, shape[1]), null);
      linear(numbers.normal(shape), numbers.normal(0, shape[1]), null);
    }
  }

  private static final int[][] ACTIVATIONS = {
    {2, 3, 5, 7}, {4, 6}, {2, 1, 90, 90}, {3, 17, 1, 1}, {2, 33, 13}, {1, 207, 2}, {0, 2, 3}
  };

  @Test
  void required_tensor210_batchNormalizationIsAsDefined() {
    for (int[] shape : ACTIVATIONS) {
      for (double epsilon : new double[] {1e-5, 0.3}) {
        HostTensor x = numbers.normal(shape);
        int c = shape[1];
        HostTensor[] p = {
          numbers.normal(c), numbers.normal(c), numbers.normal(c), numbers.positive(c)
        };
        Tensor[] t = {tensor(p[0]), tensor(p[1]), tensor(p[2]), tensor(p[3])};
        assertValues(
            "batchNorm of x " + x.shape() + ", epsilon " + epsilon,
            Expected.batchNorm(x, p[0], p[1], p[2], p[3], epsilon),
            scope().batchNorm(tensor(x), t[0], t[1], t[2], t[3], epsilon));
      }
    }
  }

  @Test
  void required_tensor211_layerNormalizationIsAsDefined() {
    for (int[] shape : ACTIVATIONS) {
      for (double epsilon : new double[] {1e-3, 0.3}) {
        HostTensor x = numbers.around(0.5, shape);
        HostTensor weight = numbers.normal(shape[1]);
        for (HostTensor bias : new HostTensor[] {null, numbers.normal(shape[1])}) {
          assertValues(
              "layerNorm of x "
                  + x.shape()
                  + (bias == null ? ", no bias" : ", bias")
                  + ", epsilon "
                  + epsilon,
              Expected.layerNorm(x, weight, bias, epsilon),
              scope().layerNorm(tensor(x), tensor(weight), optional(bias), epsilon));
        }
      }
    }
  }

  private void attend(HostTensor q, HostTensor k, HostTensor v, int heads, double scale) {
    assertValues(
        "attention of queries "
            + q.shape()
            + ", keys "
            + k.shape()
            + ", values "
            + v.shape()
            + ", heads "
            + heads
            + ", scale "
            + scale,
        Expected.attention(q, k, v, heads, scale),
        scope().attention(tensor(q), tensor(k), tensor(v), heads, scale));
  }

  @Test
  void required_tensor212_attentionIsAsDefined() {
    int[][] sizes = { // N, heads, d, e, T, S
      {1, 1, 1, 1, 1, 1},
      {2, 2, 3, 5, 4, 7},
      {3, 4, 6, 6, 13, 13},
      {1, 3, 8, 4, 1, 33},
      {2, 1, 31, 33, 65, 2},
      {1, 2, 4, 4, 0, 3},
      {0, 2, 4, 4, 3, 3},
      {2, 2, 0, 3, 2, 5},
      {2, 2, 3, 0, 2, 5},
    };
    for (int[] s : sizes) {
      HostTensor q = numbers.normal(s[0], s[1] * s[2], s[4]);
      HostTensor k = numbers.normal(s[0], s[1] * s[2], s[5]);
      HostTensor v = numbers.normal(s[0], s[1] * s[3], s[5]);
      attend(q, k, v, s[1], 1 / Math.sqrt(Math.max(1, s[2])));
      attend(q, k, v, s[1], -0.7);
    }
  }

  @Test
  void required_tensor213_attentionOfLargeScoresDoesNotOverflow() {
    // exp(400) and exp(−400) are out of the range of float32; only their quotients matter.
    HostTensor q = Numbers.of(Shape.of(1, 1, 3), 20, -20, 0);
    HostTensor k = Numbers.of(Shape.of(1, 1, 3), 20, 19.95f, -20);
    attend(q, k, numbers.normal(1, 4, 3), 1, 1);
    attend(q, k, numbers.normal(1, 4, 3), 1, 100);
  }

  @Test
  void required_tensor214_unfoldingIsAsDefined() {
    for (Window window : numbers.windows()) {
      HostTensor x = numbers.imagesFor(window, 2, 3);
      assertValues(
          "unfold of x " + x.shape() + ", " + window,
          Expected.exactly(Plain.of(x).unfold(window)),
          scope().unfold(tensor(x), window));
    }
  }

  @Test
  void required_tensor215_unfoldedPositionsAreColumnsOfTheUnfolding() {
    for (Window window : numbers.windows()) {
      HostTensor x = numbers.imagesFor(window, 2, 3);
      Plain all = Plain.of(x).unfold(window);
      int last = all.dim(2) - 1;
      for (int[] positions : new int[][] {{}, {last}, {0, last / 2, 0, last}}) {
        assertValues(
            "unfold of x "
                + x.shape()
                + ", "
                + window
                + ", positions "
                + Arrays.toString(positions),
            Expected.exactly(all.gather(2, positions)),
            scope().unfold(tensor(x), window, positions));
      }
    }
  }

  @Test
  void required_tensor216_weightTimesUnfoldingIsTheConvolution() {
    for (Window window : numbers.windows()) {
      HostTensor x = numbers.imagesFor(window, 2, 3);
      HostTensor weight = kernel(5, 3, window);
      Tensor patches = scope().unfold(tensor(x), window);
      Tensor matrix = scope().reshape(tensor(weight), Shape.of(5, 3 * window.taps()));
      Tensor y = scope().linear(patches, matrix, null);
      Expected expected = Expected.conv2d(x, weight, null, window, 1);
      assertValues(
          "weight " + weight.shape() + " times unfold of x " + x.shape() + ", " + window,
          expected,
          scope().reshape(y, expected.values().shape()));
    }
  }
}
