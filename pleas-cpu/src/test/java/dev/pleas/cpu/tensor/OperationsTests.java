package dev.pleas.cpu.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Each operation against its definition. */
public abstract class OperationsTests extends BackendTest {
  private static final float NAN = Float.NaN;
  private static final float INF = Float.POSITIVE_INFINITY;

  @Test
  void conv2d_windowsAndGroups_asDefined() {
    for (Window window : WINDOWS) {
      for (int groups : new int[] {1, 2, 6}) {
        HostTensor x = random(3, 6, 9, 8);
        HostTensor w = random(12, 6 / groups, window.kernelHeight(), window.kernelWidth());
        HostTensor bias = random(12);
        assertConvolution(x, w, null, window, groups);
        assertConvolution(x, w, bias, window, groups);
      }
    }
  }

  @Test
  void conv2d_windowsOnManyChannels_asDefined() {
    // Native kernels take other paths once the channels fill a vector.
    for (Window window : WINDOWS) {
      HostTensor w = random(18, 20, window.kernelHeight(), window.kernelWidth());
      assertConvolution(random(3, 20, 9, 8), w, random(18), window, 1);
    }
  }

  @Test
  void conv2d_networkSizes_asDefined() {
    // Sizes around the blocks that kernels use: 3 channels, 16, 17, and a plane of 28².
    assertConvolution(random(2, 3, 33, 31), random(16, 3, 3, 3), null, Window.square(3, 1, 1), 1);
    assertConvolution(random(5, 16, 28, 28), random(16, 16, 3, 3), null, Window.square(3, 1, 1), 1);
    assertConvolution(random(2, 17, 14, 14), random(33, 17, 3, 3), null, Window.square(3, 2, 1), 1);
    assertConvolution(random(2, 40, 14, 14), random(70, 40, 1, 1), null, Window.square(1, 1, 0), 1);
    assertConvolution(random(2, 16, 28, 28), random(32, 16, 1, 1), null, Window.square(1, 2, 0), 1);
    assertConvolution(random(1, 130, 5, 5), random(5, 130, 3, 3), null, Window.square(3, 1, 1), 1);
  }

  @Property(tries = 100)
  void conv2d_anySizes_asDefined(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 3) int samples,
      @ForAll @IntRange(min = 1, max = 3) int perGroup,
      @ForAll @IntRange(min = 1, max = 3) int filtersPerGroup,
      @ForAll @IntRange(min = 1, max = 3) int groups) {
    Random r = new Random(seed);
    Window window =
        new Window(
            1 + r.nextInt(4),
            1 + r.nextInt(4),
            1 + r.nextInt(3),
            1 + r.nextInt(3),
            r.nextInt(4),
            r.nextInt(4),
            1 + r.nextInt(3),
            1 + r.nextInt(3));
    int height = 1 + r.nextInt(9) + reach(window.kernelHeight(), window.dilationHeight());
    int width = 1 + r.nextInt(9) + reach(window.kernelWidth(), window.dilationWidth());
    HostTensor x = Naive.random(r, samples, groups * perGroup, height, width);
    HostTensor w =
        Naive.random(
            r, groups * filtersPerGroup, perGroup, window.kernelHeight(), window.kernelWidth());
    HostTensor bias = r.nextBoolean() ? Naive.random(r, groups * filtersPerGroup) : null;
    assertConvolution(x, w, bias, window, groups);
    assertClose(scope.unfold(scope.tensor(x), window), Naive.unfold(x, window));
    assertClose(scope.maxPool2d(scope.tensor(x), window), Naive.maxPool2d(x, window));
  }

  private static int reach(int kernel, int dilation) {
    return dilation * (kernel - 1);
  }

  @Test
  void conv2d_windowOnlyReachingThroughPadding_asDefined() {
    Window window = Window.square(5, 1, 2);
    assertConvolution(random(2, 2, 1, 1), random(3, 2, 5, 5), random(3), window, 1);
  }

  @Test
  void conv2d_noSamples_empty() {
    assertConvolution(random(0, 2, 4, 4), random(3, 2, 3, 3), null, Window.square(3, 1, 1), 1);
  }

  @Test
  void conv2d_noChannels_bias() {
    assertConvolution(random(2, 0, 4, 4), random(3, 0, 3, 3), random(3), Window.square(3, 1, 1), 1);
    assertConvolution(random(2, 0, 4, 4), random(3, 0, 3, 3), null, Window.square(3, 1, 1), 1);
  }

  @Test
  void conv2d_noFilters_empty() {
    assertConvolution(random(2, 2, 4, 4), random(0, 2, 3, 3), null, Window.square(3, 1, 1), 1);
  }

  @Test
  void conv2d_nonFinite_propagatesToWindowsThatSeeIt() {
    float[] values = new float[16];
    values[5] = NAN;
    Tensor y =
        scope.conv2d(
            tensor(values, 1, 1, 4, 4),
            tensor(new float[9], 1, 1, 3, 3),
            null,
            Window.square(3, 1, 1),
            1);
    for (int i = 0; i < 16; i++) {
      boolean sees = i / 4 <= 2 && i % 4 <= 2;
      assertThat(Float.isNaN(values(y)[i])).as("position %d", i).isEqualTo(sees);
    }
    values[5] = INF;
    Tensor pointwise =
        scope.conv2d(
            tensor(values, 1, 1, 4, 4),
            tensor(new float[] {2}, 1, 1, 1, 1),
            null,
            Window.square(1, 1, 0),
            1);
    assertThat(values(pointwise)[5]).isEqualTo(INF);
    assertThat(values(pointwise)[6]).isZero();
  }

  private void assertConvolution(
      HostTensor x, HostTensor w, HostTensor bias, Window window, int groups) {
    try (TensorScope inner = backend.newScope()) {
      Tensor b = bias == null ? null : inner.tensor(bias);
      assertClose(
          inner.conv2d(inner.tensor(x), inner.tensor(w), b, window, groups),
          Naive.conv2d(x, w, bias, window, groups));
    }
  }

  @Test
  void linear_oddSizes_asDefined() {
    int[][] sizes = {
      {1, 1, 1}, {3, 5, 7}, {64, 64, 10}, {17, 130, 33}, {0, 4, 3}, {4, 0, 3}, {2, 3, 0}
    };
    for (int[] s : sizes) {
      HostTensor x = random(s[0], s[1]);
      HostTensor w = random(s[2], s[1]);
      HostTensor bias = random(s[2]);
      assertClose(scope.linear(scope.tensor(x), scope.tensor(w), null), Naive.linear(x, w, null));
      assertClose(
          scope.linear(scope.tensor(x), scope.tensor(w), scope.tensor(bias)),
          Naive.linear(x, w, bias));
    }
  }

  @Test
  void batchNorm_imagesAndVectors_asDefined() {
    int[][] shapes = {{2, 3, 5, 7}, {4, 6}, {2, 1, 90, 90}, {3, 17, 1, 1}, {0, 2, 3, 3}, {2, 0, 3}};
    for (int[] shape : shapes) {
      HostTensor x = random(shape);
      int c = shape[1];
      HostTensor variance = random(c);
      for (int i = 0; i < c; i++) {
        variance.values()[i] *= variance.values()[i];
      }
      HostTensor[] p = {random(c), random(c), random(c), variance};
      assertClose(
          scope.batchNorm(
              scope.tensor(x),
              scope.tensor(p[0]),
              scope.tensor(p[1]),
              scope.tensor(p[2]),
              scope.tensor(p[3]),
              1e-5),
          Naive.batchNorm(x, p[0], p[1], p[2], p[3], 1e-5));
    }
  }

  @Test
  void relu_specialValues_keepsNaN() {
    Tensor y = scope.relu(tensor(new float[] {-1, 0, 2, NAN, INF, -INF, -0f}, 7));
    assertThat(values(y)).containsExactly(0, 0, 2, NAN, INF, 0, 0);
  }

  @Test
  void relu_sizesAroundBlocks_asDefined() {
    for (int n : new int[] {0, 1, 15, 4095, 4096, 4097, 70_001}) {
      HostTensor x = random(n);
      float[] expected = new float[n];
      for (int i = 0; i < n; i++) {
        expected[i] = x.values()[i] > 0 ? x.values()[i] : 0;
      }
      assertThat(values(scope.relu(scope.tensor(x)))).isEqualTo(expected);
    }
  }

  @Test
  void add_sizesAroundBlocks_roundedSum() {
    for (int n : new int[] {0, 1, 4097, 70_001}) {
      HostTensor a = random(n);
      HostTensor b = random(n);
      float[] expected = new float[n];
      for (int i = 0; i < n; i++) {
        expected[i] = a.values()[i] + b.values()[i];
      }
      assertThat(values(scope.add(scope.tensor(a), scope.tensor(b)))).isEqualTo(expected);
    }
    assertThat(
            values(scope.add(tensor(new float[] {INF, 1}, 2), tensor(new float[] {-INF, NAN}, 2))))
        .containsExactly(NAN, NAN);
  }

  @Test
  void scale_anyFactor_roundedProduct() {
    Tensor x = tensor(new float[] {1, -2, INF, NAN, 0.1f}, 5);
    assertThat(values(scope.scale(x, 0.3f))).containsExactly(0.3f, -0.6f, INF, NAN, 0.1f * 0.3f);
    assertThat(values(scope.scale(x, 0))).containsExactly(0, -0f, NAN, NAN, 0);
  }

  @Test
  void maxPool2d_windows_asDefined() {
    for (Window window : WINDOWS) {
      HostTensor x = random(2, 3, 9, 8);
      assertClose(scope.maxPool2d(scope.tensor(x), window), Naive.maxPool2d(x, window));
    }
    HostTensor none = random(0, 3, 9, 8);
    assertClose(scope.maxPool2d(scope.tensor(none), WINDOWS[2]), Naive.maxPool2d(none, WINDOWS[2]));
  }

  @Test
  void maxPool2d_negativeWithPadding_paddingNeverWins() {
    Tensor y = scope.maxPool2d(tensor(new float[] {-3}, 1, 1, 1, 1), Window.square(3, 2, 1));
    assertThat(values(y)).containsExactly(-3);
  }

  @Test
  void maxPool2d_nonFinite_nanWins() {
    Tensor x = tensor(new float[] {1, NAN, 2, INF, -INF, -INF}, 1, 1, 1, 6);
    Window pairs = new Window(1, 2, 1, 2, 0, 0, 1, 1);
    assertThat(values(scope.maxPool2d(x, pairs))).containsExactly(NAN, INF, -INF);
  }

  @Test
  void globalAveragePool_image_means() {
    Tensor x = tensor(new float[] {1, 2, 3, 6, -1, 1, NAN, 0, INF, 0, 0, 0}, 1, 3, 2, 2);
    assertThat(values(scope.globalAveragePool(x))).containsExactly(3, NAN, INF);
    assertThat(scope.globalAveragePool(scope.tensor(random(0, 3, 2, 2))).shape())
        .isEqualTo(Shape.of(0, 3));
  }

  @Test
  void globalAveragePool_manyLargeEqualValues_exact() {
    // 0.1f summed 10⁴ times in float32 would be off in the third digit.
    float[] x = new float[10_000];
    java.util.Arrays.fill(x, 0.1f);
    assertThat(values(scope.globalAveragePool(tensor(x, 1, 1, 100, 100)))).containsExactly(0.1f);
  }

  @Test
  void unfold_windows_asDefined() {
    for (Window window : WINDOWS) {
      HostTensor x = random(2, 3, 9, 8);
      assertClose(scope.unfold(scope.tensor(x), window), Naive.unfold(x, window));
    }
  }

  @Test
  void unfold_somePositions_picksThoseColumns() {
    for (Window window : WINDOWS) {
      Tensor x = scope.tensor(random(2, 3, 9, 8));
      Tensor all = scope.unfold(x, window);
      int count = all.shape().dim(2);
      for (int[] positions : new int[][] {{}, {count - 1}, {0, count / 2, 0, count - 1}}) {
        Tensor some = scope.unfold(x, window, positions);
        assertThat(some.shape()).isEqualTo(all.shape().with(2, positions.length));
        assertThat(values(some)).isEqualTo(values(scope.gather(all, 2, positions)));
      }
      assertThatThrownBy(() -> scope.unfold(x, window, new int[] {count}))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void reshape_sameElements_keepsOrder() {
    Tensor x = tensor(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    Tensor y = scope.reshape(x, Shape.of(3, 1, 2));
    assertThat(y.shape()).isEqualTo(Shape.of(3, 1, 2));
    x.close();
    assertThat(values(y)).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(values(scope.reshape(tensor(new float[] {7}, 1), Shape.of()))).containsExactly(7);
  }

  @Test
  void gather_everyAxis_picksSlices() {
    int[][] shapes = {{3, 4, 5}, {2, 3, 5000}, {1, 1, 1}, {6000, 2, 1}, {3, 70, 100}};
    for (int[] dims : shapes) {
      HostTensor x = random(dims);
      for (int axis = 0; axis < 3; axis++) {
        int last = dims[axis] - 1;
        for (int[] indices : new int[][] {{last, 0, last}, {}, {0}}) {
          Tensor y = scope.gather(scope.tensor(x), axis, indices);
          assertThat(y.shape()).isEqualTo(x.shape().with(axis, indices.length));
          assertThat(values(y)).isEqualTo(gathered(x, axis, indices));
        }
      }
    }
  }

  private static float[] gathered(HostTensor x, int axis, int[] indices) {
    Shape out = x.shape().with(axis, indices.length);
    float[] values = new float[(int) out.elements()];
    int[] at = new int[3];
    for (int i = 0; i < values.length; i++) {
      int rest = i;
      for (int d = 2; d >= 0; d--) {
        at[d] = rest % out.dim(d);
        rest /= out.dim(d);
      }
      at[axis] = indices[at[axis]];
      values[i] = x.values()[(at[0] * x.shape().dim(1) + at[1]) * x.shape().dim(2) + at[2]];
    }
    return values;
  }

  @Test
  void concat_everyAxis_isUndoneByGather() {
    for (int axis = 0; axis < 3; axis++) {
      List<Tensor> parts = new ArrayList<>();
      int[] lengths = {2, 0, 1, 3};
      for (int length : lengths) {
        int[] dims = {4, 5, 1500};
        dims[axis] = length;
        parts.add(scope.tensor(random(dims)));
      }
      Tensor whole = scope.concat(axis, parts);
      assertThat(whole.shape().dim(axis)).isEqualTo(6);
      int start = 0;
      for (int i = 0; i < lengths.length; i++) {
        int[] indices = new int[lengths[i]];
        for (int k = 0; k < indices.length; k++) {
          indices[k] = start++;
        }
        assertThat(values(scope.gather(whole, axis, indices))).isEqualTo(values(parts.get(i)));
      }
    }
  }

  @Test
  void concat_matrices_placesRowsSideBySide() {
    Tensor a = tensor(new float[] {1, 2, 3, 4}, 2, 2);
    Tensor b = tensor(new float[] {5, 6}, 2, 1);
    assertThat(values(scope.concat(1, List.of(a, b)))).containsExactly(1, 2, 5, 3, 4, 6);
    assertThat(values(scope.concat(0, List.of(a, a)))).containsExactly(1, 2, 3, 4, 1, 2, 3, 4);
  }

  @Test
  void operations_repeated_sameBits() {
    HostTensor x = random(7, 19, 28, 28);
    HostTensor w = random(37, 19, 3, 3);
    float[] first = null;
    for (int run = 0; run < 4; run++) {
      try (TensorScope inner = backend.newScope()) {
        Tensor y = inner.conv2d(inner.tensor(x), inner.tensor(w), null, Window.square(3, 1, 1), 1);
        float[] bits =
            values(
                inner.linear(
                    inner.reshape(y, Shape.of(7 * 37, 784)),
                    inner.tensor(HostTensor.wrap(Shape.of(19 * 7, 784), x.values())),
                    null));
        if (first != null) {
          assertThat(bits).isEqualTo(first);
        }
        first = bits;
      }
    }
  }
}
