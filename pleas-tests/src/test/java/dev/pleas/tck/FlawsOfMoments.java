package dev.pleas.tck;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.tck.reference.Plain;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/** Moments that are lost, rounded or shared. */
final class FlawsOfMoments extends Flaws {
  @Override
  void list() {

    flaw(
        601,
        "GramAccumulator.toMatrix",
        "gram of a [3, 5, 6] and b [3, 4, 6]",
        c -> transposed((Matrix) c.proceed()));
    flaw(
        602,
        "GramAccumulator.toMatrix",
        "gram of a [3, 5, 6] and b [3, 5, 6], the same tensor",
        c -> upper((Matrix) c.proceed(), false));
    flaw(
        603,
        "GramAccumulator.toMatrix",
        "gram of a [0, 3, 5] and b [0, 4, 5]",
        c -> {
          Matrix sum = (Matrix) c.proceed();
          return Arrays.stream(sum.values()).allMatch(v -> v == 0)
              ? map(sum, v -> Double.NaN)
              : sum;
        });
    flaws(
        604,
        "gram of whole numbers in batches of 1",
        () -> {
          Map<Object, Integer> batches = new HashMap<>();
          return Map.of(
              "GramAccumulator.add",
              c -> {
                batches.merge(c.target(), 1, Integer::sum);
                return c.proceed();
              },
              "GramAccumulator.toMatrix",
              c -> map((Matrix) c.proceed(), v -> v / batches.get(c.target())));
        });
    flaw(
        605,
        "GramAccumulator.toMatrix",
        "gram of a with itself and then with b",
        c -> upper((Matrix) c.proceed(), true));
    flaw(
        606,
        "GramAccumulator.toMatrix",
        "gram of 4096² and then 1²",
        c -> map((Matrix) c.proceed(), v -> (float) v));
    flaws(
        607,
        "gram of 50000 batches of 20 rows with mean 100 and variance 1",
        () -> {
          Map<Object, float[]> sums = new HashMap<>();
          return Map.of(
              "GramAccumulator.add",
              c -> {
                Plain a = Plain.of(c.tensor(0).toHost());
                double[] more = a.gram(Plain.of(c.tensor(1).toHost())).values();
                float[] sum = sums.computeIfAbsent(c.target(), t -> new float[more.length]);
                for (int i = 0; i < more.length; i++) {
                  sum[i] += (float) more[i];
                }
                return null;
              },
              "GramAccumulator.toMatrix",
              c -> {
                float[] sum = sums.get(c.target());
                Matrix zero = (Matrix) c.proceed();
                double[] values = new double[sum.length];
                for (int i = 0; i < sum.length; i++) {
                  values[i] = sum[i];
                }
                return Matrix.wrap(zero.rows(), zero.columns(), values);
              });
        });
    flaw(
        608,
        "GramAccumulator.toMatrix",
        "gram with NaN in channel 1 and ∞ in 2",
        c -> map((Matrix) c.proceed(), v -> Double.isNaN(v) ? 0 : v));
    flaws(
        609,
        "an earlier toMatrix",
        () -> {
          Map<Object, Matrix> handedOut = new HashMap<>();
          return Map.of(
              "GramAccumulator.toMatrix",
              c -> {
                Matrix now = (Matrix) c.proceed();
                Matrix same = handedOut.computeIfAbsent(c.target(), t -> now);
                System.arraycopy(now.values(), 0, same.values(), 0, now.values().length);
                return same;
              });
        });
    flaw(
        610,
        "SumAccumulator.sums",
        "the sum of twice x [3, 5, 4, 3], channel 0 is 7.230616092681885, not 7.230616241693497 ± 7.612444686451989E-13",
        c -> each(c, v -> (float) v));
    flaws(
        611,
        "count after x [2, 3, 4, 5]",
        () -> {
          Map<Object, Long> samples = new HashMap<>();
          return Map.of(
              "SumAccumulator.add",
              c -> {
                samples.merge(c.target(), (long) c.shape(0).dim(0), Long::sum);
                return c.proceed();
              },
              "SumAccumulator.count",
              c -> samples.getOrDefault(c.target(), 0L));
        });
    flaws(
        612,
        "sums and squares in batches of 1",
        () -> {
          Map<Object, Integer> batches = new HashMap<>();
          return Map.of(
              "SumAccumulator.add",
              c -> {
                batches.merge(c.target(), 1, Integer::sum);
                return c.proceed();
              },
              "SumAccumulator.squares",
              c -> each(c, v -> v / batches.get(c.target())));
        });
    flaw(
        613,
        "SumAccumulator.squares",
        "the sum of squares is 9.000001536E10, not 9.0000015625E10 ± 9.992008956349885",
        c -> each(c, v -> (float) v));
    flaw(
        614,
        "SumAccumulator.sums",
        "the sum of twice x [2, 3, 4], channel 0 is NaN, not -2.5013967156410217 ± 4.245093974116572E-14",
        c -> {
          boolean spoilt = Arrays.stream((double[]) c.proceed()).anyMatch(Double::isNaN);
          return each(c, v -> spoilt ? Double.NaN : v);
        });
  }

  private static Object each(Interception call, DoubleUnaryOperator change) throws Throwable {
    return Arrays.stream((double[]) call.proceed()).map(change).toArray();
  }

  private static Matrix map(Matrix matrix, DoubleUnaryOperator change) {
    double[] values = Arrays.stream(matrix.values()).map(change).toArray();
    return Matrix.wrap(matrix.rows(), matrix.columns(), values);
  }

  private static Matrix transposed(Matrix matrix) {
    double[] values = new double[matrix.values().length];
    int at = 0;
    for (int j = 0; j < matrix.columns(); j++) {
      for (int i = 0; i < matrix.rows(); i++) {
        values[at++] = matrix.get(i, j);
      }
    }
    return Matrix.wrap(matrix.rows(), matrix.columns(), values);
  }

  /** The upper triangle of a square matrix, and below it the same or nothing. */
  private static Matrix upper(Matrix matrix, boolean mirrored) {
    int n = matrix.rows();
    double[] values = matrix.values().clone();
    for (int i = 0; i < n && n == matrix.columns(); i++) {
      for (int j = 0; j < i; j++) {
        values[i * n + j] = mirrored ? values[j * n + i] : 0;
      }
    }
    return Matrix.wrap(n, matrix.columns(), values);
  }
}
