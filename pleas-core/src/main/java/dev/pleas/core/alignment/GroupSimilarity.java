package dev.pleas.core.alignment;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.core.moments.SourcePairs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How alike the units of a group are in every two of N networks.
 *
 * @param group the group
 * @param components for each component of the group and each pair of networks, the similarity of
 *     every two indices, in the original order of both networks
 */
record GroupSimilarity(Group group, List<SourcePairs<Matrix>> components) {
  GroupSimilarity {
    components = List.copyOf(components);
  }

  int networks() {
    return components.get(0).sources();
  }

  /** Returns the permutations that leave everything in place. */
  List<UnitPermutation> identity() {
    return Stream.generate(() -> UnitPermutation.identity(group)).limit(networks()).toList();
  }

  /** Returns the similarities of two different networks for each component, s in rows. */
  List<Matrix> between(int s, int t) {
    return components.stream()
        .map(pairs -> s < t ? pairs.get(s, t) : pairs.get(t, s).transpose())
        .toList();
  }

  /**
   * Returns for each component the similarity of the others at reference index k, added up, with
   * what network s has at reference index l.
   */
  List<Matrix> others(int s, List<UnitPermutation> permutations) {
    List<Matrix> sums = new ArrayList<>();
    for (int c = 0; c < components.size(); c++) {
      int[] own = permutations.get(s).components().get(c).toArray();
      double[] sum = new double[own.length * own.length];
      for (int t = 0; t < networks(); t++) {
        if (t != s) {
          int[] other = permutations.get(t).components().get(c).toArray();
          SourcePairs<Matrix> pairs = components.get(c);
          for (int k = 0; k < own.length; k++) {
            for (int l = 0; l < own.length; l++) {
              sum[k * own.length + l] +=
                  t < s
                      ? pairs.get(t, s).get(other[k], own[l])
                      : pairs.get(s, t).get(own[l], other[k]);
            }
          }
        }
      }
      sums.add(Matrix.wrap(own.length, own.length, sum));
    }
    return sums;
  }

  /** Returns for each reference unit the similarity of the units at it, added up over all pairs. */
  double[] totals(List<UnitPermutation> permutations) {
    double[] totals = new double[group.size()];
    for (int c = 0; c < components.size(); c++) {
      int width = group.components().get(c).width();
      for (int s = 0; s < networks(); s++) {
        Permutation own = permutations.get(s).components().get(c);
        for (int t = s + 1; t < networks(); t++) {
          Permutation other = permutations.get(t).components().get(c);
          Matrix similarity = components.get(c).get(s, t);
          for (int k = 0; k < own.size(); k++) {
            totals[k / width] += similarity.get(own.get(k), other.get(k));
          }
        }
      }
    }
    return totals;
  }

  /** Returns Σ over pairs of networks and reference units of the similarity of the units there. */
  double total(List<UnitPermutation> permutations) {
    return Arrays.stream(totals(permutations)).sum();
  }

  /** Returns factor · this. */
  GroupSimilarity times(double factor) {
    return new GroupSimilarity(
        group, components.stream().map(pairs -> pairs.map(m -> times(m, factor))).toList());
  }

  static Matrix times(Matrix matrix, double factor) {
    double[] values = Arrays.stream(matrix.values()).map(x -> factor * x).toArray();
    return Matrix.wrap(matrix.rows(), matrix.columns(), values);
  }

  /** Returns this + other, entry by entry. */
  GroupSimilarity plus(GroupSimilarity other) {
    return new GroupSimilarity(
        group,
        IntStream.range(0, components.size())
            .mapToObj(
                c ->
                    SourcePairs.of(
                        networks(),
                        (s, t) ->
                            plus(components.get(c).get(s, t), other.components.get(c).get(s, t))))
            .toList());
  }

  static Matrix plus(Matrix a, Matrix b) {
    double[] sum = new double[a.values().length];
    Arrays.setAll(sum, i -> a.values()[i] + b.values()[i]);
    return Matrix.wrap(a.rows(), a.columns(), sum);
  }

  /**
   * Returns how much entries tell matches apart: their root mean square after the means of rows and
   * columns have been taken away, which no matching depends on.
   */
  double spread() {
    double squares = 0;
    long count = 0;
    for (SourcePairs<Matrix> pairs : components) {
      for (Matrix matrix : pairs.values()) {
        int n = matrix.rows();
        double[] rows = new double[n];
        double[] columns = new double[n];
        double mean = 0;
        for (int i = 0; i < n * n; i++) {
          double share = matrix.values()[i] / n;
          rows[i / n] += share;
          columns[i % n] += share;
          mean += share / n;
        }
        for (int i = 0; i < n * n; i++) {
          double rest = matrix.values()[i] - rows[i / n] - columns[i % n] + mean;
          squares += rest * rest;
        }
        count += (long) n * n;
      }
    }
    return Math.sqrt(squares / count);
  }
}
