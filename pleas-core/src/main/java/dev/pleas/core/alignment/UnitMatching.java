package dev.pleas.core.alignment;

import dev.pleas.api.match.Matcher;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Matches units of two networks that may have insides, exactly: for every pair of units, what is
 * inside them is matched as well as it can be, component by component; a pair is as similar as
 * that; and then units are matched. Since insides of different pairs do not depend on each other,
 * no other permutation of the group has a larger total similarity.
 */
final class UnitMatching {
  private final Matcher matcher;

  UnitMatching(Matcher matcher) {
    this.matcher = matcher;
  }

  /**
   * Returns the permutation of largest total similarity: unit i of the first network goes with unit
   * permutation[i] of the second.
   *
   * @param similarities of all indices of each component of the group
   */
  UnitPermutation match(Group group, List<Matrix> similarities) {
    Permutation units = matcher.match(units(group, similarities));
    List<Permutation> components = new ArrayList<>();
    for (int c = 0; c < similarities.size(); c++) {
      Matrix similarity = similarities.get(c);
      int width = group.components().get(c).width();
      if (width == 1) {
        components.add(units);
        continue;
      }
      List<Permutation> within =
          IntStream.range(0, group.size())
              .mapToObj(i -> matcher.match(inside(similarity, width, i, units.get(i))))
              .toList();
      components.add(UnitPermutation.inside(units, within));
    }
    return new UnitPermutation(units, components);
  }

  /**
   * Returns the similarity of every pair of units, with what is inside them matched as well as it
   * can be.
   *
   * @param similarities of all indices of each component of the group
   */
  Matrix units(Group group, List<Matrix> similarities) {
    int size = group.size();
    double[] totals = new double[size * size];
    for (int c = 0; c < similarities.size(); c++) {
      Matrix similarity = similarities.get(c);
      int width = group.components().get(c).width();
      for (int i = 0; i < size; i++) {
        for (int j = 0; j < size; j++) {
          totals[i * size + j] +=
              width == 1 ? similarity.get(i, j) : best(inside(similarity, width, i, j));
        }
      }
    }
    return Matrix.wrap(size, size, totals);
  }

  private static Matrix inside(Matrix similarity, int width, int i, int j) {
    return similarity.select(
        IntStream.range(i * width, (i + 1) * width).toArray(),
        IntStream.range(j * width, (j + 1) * width).toArray());
  }

  private double best(Matrix similarity) {
    return total(similarity, matcher.match(similarity));
  }

  /** Returns Σ over components and indices k of similarity[k, permutation[k]]. */
  static double total(List<Matrix> similarities, UnitPermutation permutation) {
    double total = 0;
    for (int c = 0; c < similarities.size(); c++) {
      total += total(similarities.get(c), permutation.components().get(c));
    }
    return total;
  }

  private static double total(Matrix similarity, Permutation permutation) {
    double total = 0;
    for (int i = 0; i < permutation.size(); i++) {
      total += similarity.get(i, permutation.get(i));
    }
    return total;
  }
}
