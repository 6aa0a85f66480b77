package dev.pleas.core.moments;

import dev.pleas.api.backend.SumAccumulator;

/**
 * Sums over data for each unit of a layer. A commutative monoid under {@link #plus}.
 *
 * @param count how many values each unit has seen (samples × positions)
 * @param sums Σx per unit; not to be modified
 * @param squares Σx² per unit; not to be modified
 */
@SuppressWarnings("ArrayRecordComponent")
public record UnitSums(long count, double[] sums, double[] squares) {
  /** Returns what an accumulator holds. */
  public static UnitSums of(SumAccumulator accumulator) {
    return new UnitSums(accumulator.count(), accumulator.sums(), accumulator.squares());
  }

  /** Returns the sums over both sets of data. */
  public UnitSums plus(UnitSums other) {
    return new UnitSums(count + other.count, add(sums, other.sums), add(squares, other.squares));
  }

  /** Returns the mean of a unit. */
  public double mean(int unit) {
    return sums[unit] / count;
  }

  /** Returns Σ(x − mean)² of a unit, at least 0. */
  public double scatter(int unit) {
    return Math.max(0, squares[unit] - sums[unit] * sums[unit] / count);
  }

  static double[] add(double[] a, double[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "moments of " + a.length + " and " + b.length + " entries");
    }
    double[] sum = new double[a.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }
}
