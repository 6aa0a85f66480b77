package dev.pleas.cpu.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The accumulators against their definitions. */
public abstract class MomentsTests extends BackendTest {
  /** N, p, q, L: many and few positions, one, vectors, widths around the blocks of products. */
  private static final int[][] SIZES = {
    {3, 5, 4, 6},
    {2, 33, 35, 1100},
    {7, 16, 16, 784},
    {40, 9, 3, 49},
    {50, 37, 41, 1},
    {1, 1, 1, 1},
    {5, 1, 70, 3},
    {1500, 3, 2, 1},
    {0, 3, 4, 5},
    {2, 0, 3, 4},
    {2, 3, 4, 0},
  };

  @Test
  void gram_oddSizes_asDefined() {
    for (int[] s : SIZES) {
      HostTensor a = random(s[0], s[1], s[3]);
      HostTensor b = random(s[0], s[2], s[3]);
      try (GramAccumulator gram = scope.gram(s[1], s[2])) {
        gram.add(scope.tensor(a), scope.tensor(b));
        assertClose(gram.toMatrix(), Naive.gram(a, b));
      }
    }
  }

  @Test
  void gram_withItself_asDefinedAndSymmetric() {
    for (int[] s : SIZES) {
      HostTensor a = random(s[0], s[1], s[3]);
      try (GramAccumulator gram = scope.gram(s[1], s[1])) {
        Tensor x = scope.tensor(a);
        gram.add(x, x);
        Matrix g = gram.toMatrix();
        assertClose(g, Naive.gram(a, a));
        for (int i = 0; i < s[1]; i++) {
          for (int j = 0; j < i; j++) {
            assertThat(g.get(i, j)).isEqualTo(g.get(j, i));
          }
        }
      }
    }
  }

  @Test
  void gram_wideWithItself_asDefined() {
    HostTensor a = random(3, 600, 20);
    try (GramAccumulator gram = scope.gram(600, 600)) {
      Tensor x = scope.tensor(a);
      gram.add(x, x);
      assertClose(gram.toMatrix(), Naive.gram(a, a));
    }
  }

  @Test
  void gram_imagesAndPositionLists_sameSums() {
    HostTensor a = random(2, 3, 4, 5);
    try (GramAccumulator images = scope.gram(3, 3);
        GramAccumulator lists = scope.gram(3, 3)) {
      Tensor x = scope.tensor(a);
      images.add(x, scope.tensor(a));
      Tensor y = scope.reshape(x, Shape.of(2, 3, 20));
      lists.add(y, scope.tensor(y.toHost()));
      assertThat(images.toMatrix()).isEqualTo(lists.toMatrix());
    }
  }

  @Test
  void gram_batchesOfWholeChunks_sumIsIndependentOfTheSplit() {
    // Chunks are 1024 / 512 = 2 samples, so these splits cut between chunks: equal bits.
    HostTensor a = random(8, 5, 512);
    HostTensor b = random(8, 6, 512);
    try (GramAccumulator whole = scope.gram(5, 6);
        GramAccumulator split = scope.gram(5, 6)) {
      whole.add(scope.tensor(a), scope.tensor(b));
      for (int[] part : new int[][] {{0, 1}, {2, 3, 4, 5}, {6, 7}}) {
        split.add(scope.gather(scope.tensor(a), 0, part), scope.gather(scope.tensor(b), 0, part));
      }
      assertThat(split.toMatrix()).isEqualTo(whole.toMatrix());
    }
  }

  @Test
  void gram_itselfAndAnother_addUp() {
    HostTensor a = random(4, 3, 10);
    HostTensor b = random(4, 3, 10);
    try (GramAccumulator gram = scope.gram(3, 3)) {
      Tensor x = scope.tensor(a);
      gram.add(x, x);
      gram.add(x, scope.tensor(b));
      Naive.Expected aa = Naive.gram(a, a);
      Naive.Expected ab = Naive.gram(a, b);
      double[] values = new double[9];
      double[] bounds = new double[9];
      Arrays.setAll(values, i -> aa.values()[i] + ab.values()[i]);
      Arrays.setAll(bounds, i -> aa.bounds()[i] + ab.bounds()[i]);
      assertClose(gram.toMatrix(), new Naive.Expected(Shape.of(3, 3), values, bounds));
    }
  }

  @Test
  void gram_manyBatches_sumsInFloat64() {
    // In float32, 2²⁴ + 1 is 2²⁴.
    try (GramAccumulator gram = scope.gram(1, 1)) {
      Tensor big = tensor(new float[] {4096}, 1, 1);
      Tensor one = tensor(new float[] {1}, 1, 1);
      gram.add(big, big);
      gram.add(one, one);
      assertThat(gram.toMatrix().get(0, 0)).isEqualTo(0x1p24 + 1);
    }
  }

  @Test
  void gram_nonFinite_propagates() {
    try (GramAccumulator gram = scope.gram(2, 1)) {
      Tensor a = tensor(new float[] {Float.NaN, 1, 2, 3}, 1, 2, 2);
      gram.add(a, tensor(new float[] {1, Float.POSITIVE_INFINITY}, 1, 1, 2));
      assertThat(gram.toMatrix().get(0, 0)).isNaN();
      assertThat(gram.toMatrix().get(1, 0)).isEqualTo(Double.POSITIVE_INFINITY);
    }
  }

  @Test
  void gram_repeated_sameBits() {
    HostTensor a = random(9, 65, 300);
    Matrix first = null;
    for (int run = 0; run < 4; run++) {
      try (GramAccumulator gram = scope.gram(65, 65)) {
        Tensor x = scope.tensor(a);
        gram.add(x, x);
        gram.add(x, scope.tensor(a));
        Matrix again = gram.toMatrix();
        if (first != null) {
          assertThat(again).isEqualTo(first);
        }
        first = again;
      }
    }
  }

  @Test
  void gram_wrongShapes_refused() {
    GramAccumulator gram = scope.gram(3, 4);
    Tensor a = scope.tensor(random(2, 3, 5));
    assertThatThrownBy(() -> gram.add(a, a))
        .isInstanceOf(ShapeException.class)
        .hasMessage("gram: expected second operand [N, 4, …], found [2, 3, 5]");
    assertThatThrownBy(() -> gram.add(a, scope.tensor(random(2, 4, 6))))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "gram: expected operands with equal samples and positions, found [2, 3, 5] and [2, 4, 6]");
    assertThatThrownBy(() -> scope.gram(70_000, 70_000))
        .isInstanceOf(ShapeException.class)
        .hasMessage("gram: a 70000×70000 matrix cannot be held");
    gram.close();
    gram.close();
    assertThatThrownBy(gram::toMatrix)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the 3×4 Gram accumulator is closed");
  }

  @Test
  void sums_oddSizes_asDefined() {
    int[][] shapes = {
      {3, 5, 4, 3}, {2, 3, 9000}, {70, 33}, {4, 600, 7, 7}, {0, 3, 2}, {2, 0, 2}, {2, 3, 0}
    };
    for (int[] dims : shapes) {
      HostTensor x = random(dims);
      try (SumAccumulator sums = scope.sums(dims[1])) {
        sums.add(scope.tensor(x));
        sums.add(scope.tensor(x));
        long positions = x.shape().elementsFrom(2);
        assertThat(sums.count()).isEqualTo(positions * 2 * dims[0]);
        double[] sum = new double[dims[1]];
        double[] square = new double[dims[1]];
        double[] size = new double[dims[1]];
        for (int i = 0; i < x.values().length; i++) {
          int c = (int) (i / positions % dims[1]);
          double v = x.values()[i];
          sum[c] += 2 * v;
          square[c] += 2 * v * v;
          size[c] += 2 * Math.abs(v);
        }
        for (int c = 0; c < dims[1]; c++) {
          // Two float64 sums of at most 18,000 terms, each off by n·2⁻⁵³ of the terms' sizes.
          assertThat(sums.sums()[c]).isCloseTo(sum[c], within(4e-12 * size[c]));
          assertThat(sums.squares()[c]).isCloseTo(square[c], within(4e-12 * square[c]));
        }
      }
    }
  }

  @Test
  void sums_meanLargerThanSpread_varianceToNineDigits() {
    // Values m ± d around mean m have variance d² exactly; all are float32 numbers.
    float mean = 3;
    float spread = 0.125f;
    float[] x = new float[100_000];
    for (int i = 0; i < x.length; i++) {
      x[i] = i % 2 == 0 ? mean + spread : mean - spread;
    }
    try (SumAccumulator sums = scope.sums(1)) {
      for (int batch = 0; batch < 10; batch++) {
        sums.add(tensor(x, 10, 1, 10_000));
      }
      double m = sums.sums()[0] / sums.count();
      double variance = sums.squares()[0] / sums.count() - m * m;
      assertThat(variance).isCloseTo(spread * spread, within(1e-9 * spread * spread));
    }
  }

  @Test
  void sums_wrongShapes_refused() {
    SumAccumulator sums = scope.sums(3);
    assertThatThrownBy(() -> sums.add(scope.tensor(random(2, 4, 5))))
        .isInstanceOf(ShapeException.class)
        .hasMessage("sums: expected input [N, 3, …], found [2, 4, 5]");
    sums.close();
    sums.close();
    assertThatThrownBy(sums::sums)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the sums of 3 channels are closed");
  }

  private static void assertClose(Matrix found, Naive.Expected expected) {
    assertThat(found.rows()).isEqualTo(expected.shape().dim(0));
    assertThat(found.columns()).isEqualTo(expected.shape().dim(1));
    for (int i = 0; i < found.values().length; i++) {
      assertClose(i, found.values()[i], expected);
    }
  }
}
