package dev.pleas.core.moments;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.Statistics;

/**
 * Moments of what enters a layer of N networks together, x = [x₁, …, x_N], over the same data, with
 * x_s the unfolded inputs of network s. As every layer is linear in them, they hold all that a fit
 * of the layer to the networks' own outputs needs, for every alignment and layout. A commutative
 * monoid under {@link #plus}.
 *
 * @param rows how many x there were, samples × positions
 * @param gram Σ x·xᵀ, N·p × N·p
 * @param sums Σ x, N·p values; not to be modified
 */
@SuppressWarnings("ArrayRecordComponent")
public record SourceMoments(long rows, Matrix gram, double[] sums) {
  /** Returns the moments over both sets of data. */
  public SourceMoments plus(SourceMoments other) {
    return new SourceMoments(
        rows + other.rows, CrossMoments.plus(gram, other.gram), UnitSums.add(sums, other.sums));
  }

  /** Writes these moments of a layer. */
  public void store(String layer, Statistics.Sink sink) {
    sink.put(name(layer, "rows"), Matrix.wrap(1, 1, new double[] {rows}));
    sink.put(sumsOf(layer), Matrix.wrap(1, sums.length, sums));
    sink.put(gramOf(layer), gram);
  }

  /**
   * Reads the moments of a layer.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static SourceMoments load(String layer, Statistics statistics) {
    return new SourceMoments(
        (long) statistics.get(name(layer, "rows")).get(0, 0),
        statistics.get(gramOf(layer)),
        statistics.get(sumsOf(layer)).values());
  }

  /** Returns the name under which the sums of a layer are kept. */
  public static String sumsOf(String layer) {
    return name(layer, "sums");
  }

  /** Returns the name under which the products of a layer's inputs are kept. */
  public static String gramOf(String layer) {
    return name(layer, "gram");
  }

  private static String name(String layer, String what) {
    return "layers/" + layer + "/" + what;
  }
}
