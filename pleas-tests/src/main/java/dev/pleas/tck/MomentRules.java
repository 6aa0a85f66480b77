package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.tck.reference.Expected;
import dev.pleas.tck.reference.Plain;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The accumulators. */
abstract class MomentRules extends LifetimeRules {
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
    {4, 63, 65, 31},
    {2, 207, 13, 6},
    {3, 600, 3, 20},
  };

  private static final int[][] EMPTY = {{0, 3, 4, 5}, {2, 0, 3, 4}, {2, 3, 4, 0}, {0, 0, 0, 0}};

  private Matrix gram(HostTensor a, HostTensor b) {
    try (GramAccumulator gram = scope().gram(a.shape().dim(1), b.shape().dim(1))) {
      gram.add(tensor(a), tensor(b));
      return gram.toMatrix();
    }
  }

  private static String operands(HostTensor a, HostTensor b) {
    return "gram of a " + a.shape() + " and b " + b.shape();
  }

  @Test
  void required_tensor601_gramIsAsDefined() {
    for (int[] s : SIZES) {
      HostTensor a = numbers.normal(s[0], s[1], s[3]);
      HostTensor b = numbers.normal(s[0], s[2], s[3]);
      assertValues(operands(a, b), Expected.gram(a, b), gram(a, b));
    }
    HostTensor images = numbers.normal(2, 3, 4, 5);
    HostTensor matrix = numbers.normal(2, 6, 20);
    assertValues(operands(images, matrix), Expected.gram(images, matrix), gram(images, matrix));
    HostTensor rows = numbers.normal(9, 3);
    assertValues(operands(rows, rows), Expected.gram(rows, rows), gram(rows, rows));
  }

  @Test
  void required_tensor602_gramOfATensorWithItselfIsSymmetric() {
    for (int[] s : SIZES) {
      HostTensor a = numbers.normal(s[0], s[1], s[3]);
      try (GramAccumulator gram = scope().gram(s[1], s[1])) {
        Tensor x = tensor(a);
        gram.add(x, x);
        Matrix found = gram.toMatrix();
        assertValues(operands(a, a) + ", the same tensor", Expected.gram(a, a), found);
        for (int i = 0; i < s[1]; i++) {
          for (int j = 0; j < i; j++) {
            assertEquals(found.get(i, j), found.get(j, i), "gram of a with itself, [j, i] of " + i);
          }
        }
      }
    }
  }

  @Test
  void required_tensor603_gramOfNothingIsZero() {
    for (int[] s : EMPTY) {
      HostTensor a = numbers.normal(s[0], s[1], s[3]);
      HostTensor b = numbers.normal(s[0], s[2], s[3]);
      assertValues(operands(a, b), Expected.gram(a, b), gram(a, b));
    }
    assertArrayEquals(new double[6], scope().gram(2, 3).toMatrix().values(), "a new Gram matrix");
  }

  @Test
  void required_tensor604_gramIsTheSameForEverySplitIntoBatches() {
    // Whole numbers: products and sums are exact, so that no rounding hides a lost batch.
    HostTensor a = numbers.whole(12, 5, 31);
    HostTensor b = numbers.whole(12, 6, 31);
    double[] expected = Plain.of(a).gram(Plain.of(b)).values();
    Tensor x = tensor(a);
    Tensor y = tensor(b);
    for (int size : new int[] {1, 2, 5, 7, 12}) {
      try (GramAccumulator gram = scope().gram(5, 6)) {
        for (int from = 0; from < 12; from += size) {
          int[] batch = range(from, Math.min(12, from + size));
          gram.add(scope().gather(x, 0, batch), scope().gather(y, 0, batch));
        }
        assertArrayEquals(
            expected, gram.toMatrix().values(), "gram of whole numbers in batches of " + size);
      }
    }
  }

  private static int[] range(int from, int to) {
    return java.util.stream.IntStream.range(from, to).toArray();
  }

  @Test
  void required_tensor605_gramAddsItselfAndOthersUp() {
    HostTensor a = numbers.normal(4, 3, 10);
    HostTensor b = numbers.normal(4, 3, 10);
    try (GramAccumulator gram = scope().gram(3, 3)) {
      Tensor x = tensor(a);
      gram.add(x, x);
      gram.add(x, tensor(b));
      assertValues(
          "gram of a with itself and then with b",
          Expected.gram(a, a).plus(Expected.gram(a, b)),
          gram.toMatrix());
    }
  }

  @Test
  void required_tensor606_gramSumsBatchesInFloat64() {
    try (GramAccumulator gram = scope().gram(1, 1)) {
      Tensor big = tensor(Numbers.of(Shape.of(1, 1), 4096));
      Tensor one = tensor(Numbers.of(Shape.of(1, 1), 1));
      gram.add(big, big);
      gram.add(one, one);
      // In float32, 2²⁴ + 1 is 2²⁴.
      assertEquals(0x1p24 + 1, gram.toMatrix().get(0, 0), "gram of 4096² and then 1²");
    }
  }

  @Test
  void required_tensor607_gramOfAMillionRowsIsAsAccurateAsOneBatch() {
    Expected expected = Expected.exactly(Plain.of(Numbers.of(Shape.of(2, 2), new float[4])));
    List<Tensor> batches = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      HostTensor batch = numbers.around(100, 20, 2);
      batches.add(tensor(batch));
      expected = expected.plus(Expected.gram(batch, batch));
    }
    try (GramAccumulator gram = scope().gram(2, 2)) {
      for (int i = 0; i < 50_000; i++) {
        Tensor batch = batches.get(i % 10);
        gram.add(batch, batch);
      }
      assertValues(
          "gram of 50000 batches of 20 rows with mean 100 and variance 1",
          new Expected(expected.values().times(5000), expected.bounds().times(5000)),
          gram.toMatrix());
    }
  }

  @Test
  void required_tensor608_gramPassesNotANumberOn() {
    float[] v = numbers.normal(2, 3, 4).values().clone();
    v[6] = Float.NaN;
    v[22] = Float.POSITIVE_INFINITY;
    HostTensor a = Numbers.of(Shape.of(2, 3, 4), v);
    HostTensor b = numbers.normal(2, 5, 4);
    assertValues("gram with NaN in channel 1 and ∞ in 2", Expected.gram(a, b), gram(a, b));
    try (GramAccumulator gram = scope().gram(3, 3)) {
      Tensor x = tensor(a);
      gram.add(x, x);
      String what = "gram with itself, with NaN in channel 1 and ∞ in 2";
      assertValues(what, Expected.gram(a, a), gram.toMatrix());
    }
  }

  @Test
  void required_tensor609_readingsAreCopies() {
    GramAccumulator gram = scope().gram(2, 2);
    SumAccumulator sums = scope().sums(2);
    Tensor x = tensor(Numbers.of(Shape.of(1, 2), 1, 2));
    gram.add(x, x);
    sums.add(x);
    Matrix before = gram.toMatrix();
    double[] sumsBefore = sums.sums();
    Arrays.fill(sums.squares(), 9);
    Arrays.fill(sums.sums(), 9);
    Arrays.fill(gram.toMatrix().values(), 9);
    gram.add(x, x);
    sums.add(x);
    assertArrayEquals(new double[] {1, 2, 2, 4}, before.values(), "an earlier toMatrix");
    assertArrayEquals(new double[] {1, 2}, sumsBefore, "earlier sums");
    assertArrayEquals(new double[] {2, 4, 4, 8}, gram.toMatrix().values(), "toMatrix after both");
    assertArrayEquals(new double[] {2, 4}, sums.sums(), "sums after both");
    assertArrayEquals(new double[] {2, 8}, sums.squares(), "squares after both");
  }

  /** Judges a sum of float64 numbers, in any order. */
  private static void assertSum(String what, double expected, double found, long n, double size) {
    double bound = n * 0x1p-53 * size;
    boolean fits = Double.isFinite(expected) ? Math.abs(found - expected) <= bound : false;
    assertTrue(
        fits || Double.compare(found, expected) == 0,
        () -> what + " is " + found + ", not " + expected + " ± " + bound);
  }

  private void sums(HostTensor x) {
    try (SumAccumulator sums = scope().sums(x.shape().dim(1))) {
      sums.add(tensor(x));
      sums.add(tensor(x));
      Plain plain = Plain.of(x);
      int channels = plain.dim(1);
      long count = 2L * plain.dim(0) * plain.positions();
      for (int c = 0; c < channels; c++) {
        double sum = 0;
        double size = 0;
        double square = 0;
        for (int n = 0; n < plain.dim(0); n++) {
          for (int l = 0; l < plain.positions(); l++) {
            double v = plain.get(n, c, l);
            sum += 2 * v;
            size += 2 * Math.abs(v);
            square += 2 * v * v;
          }
        }
        String of = " of twice x " + x.shape() + ", channel " + c;
        // Both sums may be off by half of this.
        assertSum("the sum" + of, sum, sums.sums()[c], 2 * count, size);
        assertSum("the sum of squares" + of, square, sums.squares()[c], 2 * count, square);
      }
    }
  }

  @Test
  void required_tensor610_sumsAreAsDefinedInFloat64() {
    int[][] shapes = {
      {3, 5, 4, 3}, {2, 3, 9000}, {70, 33}, {4, 207, 7, 7}, {1, 1}, {13, 65, 6}, {2, 0, 2}
    };
    for (int[] shape : shapes) {
      sums(numbers.normal(shape));
    }
  }

  @Test
  void required_tensor611_sumsCountSamplesTimesPositions() {
    long expected = 0;
    try (SumAccumulator sums = scope().sums(3)) {
      for (int[] s : new int[][] {{2, 3, 4, 5}, {7, 3}, {0, 3, 2}, {2, 3, 0}, {1, 3, 6}}) {
        sums.add(tensor(numbers.normal(s)));
        expected += (long) s[0] * Shape.of(s).elementsFrom(2);
        assertEquals(expected, sums.count(), "count after x " + Arrays.toString(s));
      }
    }
    try (SumAccumulator none = scope().sums(0)) {
      none.add(tensor(numbers.normal(2, 0, 3)));
      assertEquals(6, none.count(), "count of no channels");
    }
  }

  @Test
  void required_tensor612_sumsAreTheSameForEverySplitIntoBatches() {
    HostTensor x = numbers.whole(12, 3, 7);
    Tensor whole = tensor(x);
    double[] expected = null;
    for (int size : new int[] {12, 1, 5, 7}) {
      try (SumAccumulator sums = scope().sums(3)) {
        for (int from = 0; from < 12; from += size) {
          sums.add(scope().gather(whole, 0, range(from, Math.min(12, from + size))));
        }
        double[] found = concat(sums.sums(), sums.squares());
        expected = expected == null ? found : expected;
        assertArrayEquals(expected, found, "sums and squares in batches of " + size);
      }
    }
  }

  private static double[] concat(double[] a, double[] b) {
    double[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  @Test
  void required_tensor613_sumsOfAMillionValuesGiveASmallVariance() {
    // Values m ± d around mean m have variance d² exactly; all are float32 numbers.
    double m = 300;
    double d = 0.125;
    float[] x = new float[100_000];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (i % 2 == 0 ? m + d : m - d);
    }
    try (SumAccumulator sums = scope().sums(1);
        TensorScope inner = backend().newScope()) {
      Tensor batch = inner.tensor(Numbers.of(Shape.of(10, 1, 10_000), x));
      for (int i = 0; i < 10; i++) {
        sums.add(batch);
      }
      long n = sums.count();
      assertEquals(1_000_000, n, "count");
      double square = n * (m * m + d * d);
      assertSum("the sum of 10⁶ values 300 ± 1/8", n * m, sums.sums()[0], n, n * m);
      assertSum("the sum of squares", square, sums.squares()[0], n, square);
    }
  }

  @Test
  void required_tensor614_sumsPassNotANumberOnInItsChannelOnly() {
    float[] v = numbers.normal(2, 3, 4).values().clone();
    v[6] = Float.NaN;
    v[22] = Float.NEGATIVE_INFINITY;
    sums(Numbers.of(Shape.of(2, 3, 4), v));
  }
}
