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
 * Matches units that have insides, exactly: for every pair of units, what is inside them is matched
 * as well as it can be, component by component; a pair is as similar as that; and then units are
 * matched. Since insides of different pairs do not depend on each other, no other permutation of
 * the group has a larger total similarity.
 */
final class UnitMatching {
  private final Matcher matcher;

  UnitMatching(Matcher matcher) {
    this.matcher = matcher;
  }

  /**
   * Returns the best alignment.
   *
   * @param similarities of all indices of each component of the group, in original order
   */
  GroupAlignment match(Group group, List<Matrix> similarities) {
    int size = group.size();
    double[] totals = new double[size * size];
    double before = 0;
    for (int c = 0; c < similarities.size(); c++) {
      Matrix similarity = similarities.get(c);
      int width = group.components().get(c).width();
      for (int i = 0; i < size; i++) {
        for (int j = 0; j < size; j++) {
          totals[i * size + j] +=
              width == 1 ? similarity.get(i, j) : total(inside(similarity, width, i, j));
        }
      }
      for (int k = 0; k < similarity.rows(); k++) {
        before += similarity.get(k, k) / size;
      }
    }
    Matrix unitSimilarity = Matrix.wrap(size, size, totals);
    Permutation units = matcher.match(unitSimilarity);
    List<Permutation> components = new ArrayList<>();
    for (int c = 0; c < similarities.size(); c++) {
      Matrix similarity = similarities.get(c);
      int width = group.components().get(c).width();
      if (width == 1) {
        components.add(units);
        continue;
      }
      List<Permutation> within =
          IntStream.range(0, size)
              .mapToObj(i -> matcher.match(inside(similarity, width, i, units.get(i))))
              .toList();
      components.add(UnitPermutation.inside(units, within));
    }
    return new GroupAlignment(
        group, unitSimilarity, before, new UnitPermutation(units, components));
  }

  private static Matrix inside(Matrix similarity, int width, int i, int j) {
    return similarity.select(
        IntStream.range(i * width, (i + 1) * width).toArray(),
        IntStream.range(j * width, (j + 1) * width).toArray());
  }

  private double total(Matrix similarity) {
    Permutation best = matcher.match(similarity);
    double total = 0;
    for (int i = 0; i < best.size(); i++) {
      total += similarity.get(i, best.get(i));
    }
    return total;
  }
}
