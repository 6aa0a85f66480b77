package dev.pleas.core.moments;

import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.Statistics;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Joint moments of the units of N networks at one place, over the same inputs. A commutative monoid
 * under {@link #plus}.
 *
 * @param sums of each network's units
 * @param cross Σ x·yᵀ for each pair of networks; row i is unit i of the first of the pair
 */
public record JointMoments(List<UnitSums> sums, SourcePairs<Matrix> cross) {
  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if sums and pairs are of different numbers of networks
   */
  public JointMoments {
    sums = List.copyOf(sums);
    if (sums.size() != cross.sources()) {
      throw new IllegalArgumentException(
          "sums of " + sums.size() + " networks, products of " + cross.sources());
    }
  }

  /**
   * Returns the moments over both sets of data.
   *
   * @throws IllegalArgumentException if they are of different numbers of networks or units
   */
  public JointMoments plus(JointMoments other) {
    if (other.sums.size() != sums.size()) {
      throw new IllegalArgumentException(
          "moments of " + sums.size() + " and " + other.sums.size() + " networks");
    }
    return new JointMoments(
        IntStream.range(0, sums.size()).mapToObj(s -> sums.get(s).plus(other.sums.get(s))).toList(),
        SourcePairs.of(
            sums.size(), (s, t) -> CrossMoments.plus(cross.get(s, t), other.cross.get(s, t))));
  }

  /** Returns the moments of the networks in another order: network s is now network order[s]. */
  public JointMoments inOrder(int... order) {
    return new JointMoments(
        IntStream.of(order).mapToObj(sums::get).toList(),
        SourcePairs.of(order.length, (s, t) -> pair(order[s], order[t]).cross()));
  }

  /** Returns the moments of two different networks, in either order. */
  public CrossMoments pair(int s, int t) {
    Matrix products = s < t ? cross.get(s, t) : cross.get(t, s).transpose();
    return new CrossMoments(sums.get(s), sums.get(t), products);
  }

  /** Writes these moments of a value. */
  public void store(String value, Statistics.Sink sink) {
    int units = sums.get(0).sums().length;
    sink.put(name(value, "count"), Matrix.wrap(1, 1, new double[] {sums.get(0).count()}));
    sink.put(name(value, "sums"), stacked(units, UnitSums::sums));
    sink.put(name(value, "squares"), stacked(units, UnitSums::squares));
    for (int s = 0; s < sums.size(); s++) {
      for (int t = s + 1; t < sums.size(); t++) {
        sink.put(name(value, "cross/" + s + "-" + t), cross.get(s, t));
      }
    }
  }

  private Matrix stacked(int units, Function<UnitSums, double[]> rows) {
    double[] all = new double[Math.multiplyExact(sums.size(), units)];
    for (int s = 0; s < sums.size(); s++) {
      System.arraycopy(rows.apply(sums.get(s)), 0, all, s * units, units);
    }
    return Matrix.wrap(sums.size(), units, all);
  }

  /**
   * Reads the moments of a value.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static JointMoments load(String value, Statistics statistics) {
    long count = (long) statistics.get(name(value, "count")).get(0, 0);
    Matrix sums = statistics.get(name(value, "sums"));
    Matrix squares = statistics.get(name(value, "squares"));
    return new JointMoments(
        IntStream.range(0, sums.rows())
            .mapToObj(s -> new UnitSums(count, row(sums, s), row(squares, s)))
            .toList(),
        SourcePairs.of(sums.rows(), (s, t) -> statistics.get(name(value, "cross/" + s + "-" + t))));
  }

  /** Returns the name of a matrix with a row for each network and a column for each unit. */
  public static String sumsOf(String value) {
    return name(value, "sums");
  }

  private static double[] row(Matrix matrix, int row) {
    int units = matrix.columns();
    return Arrays.copyOfRange(matrix.values(), row * units, (row + 1) * units);
  }

  private static String name(String value, String what) {
    return "values/" + value + "/" + what;
  }

  /** Adds up moments batch by batch on a backend. */
  public static final class Accumulator {
    private final List<SumAccumulator> sums;
    private final SourcePairs<GramAccumulator> cross;

    /**
     * @param scope owns the accumulators
     * @param networks N
     * @param units of each network
     */
    public Accumulator(TensorScope scope, int networks, int units) {
      sums = Stream.generate(() -> scope.sums(units)).limit(networks).toList();
      cross = SourcePairs.of(networks, (s, t) -> scope.gram(units, units));
    }

    /**
     * Adds a batch.
     *
     * @param values of each network, [samples, units, …]
     */
    public void add(List<Tensor> values) {
      for (int s = 0; s < values.size(); s++) {
        sums.get(s).add(values.get(s));
        for (int t = s + 1; t < values.size(); t++) {
          cross.get(s, t).add(values.get(s), values.get(t));
        }
      }
    }

    /** Returns the moments so far. */
    public JointMoments toMoments() {
      return new JointMoments(
          sums.stream().map(UnitSums::of).toList(), cross.map(GramAccumulator::toMatrix));
    }
  }
}
