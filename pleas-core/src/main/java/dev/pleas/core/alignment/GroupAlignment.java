package dev.pleas.core.alignment;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;

/**
 * How the units of a group go together.
 *
 * @param group the group
 * @param similarity of every pair of units, in the original order of both networks; of units with
 *     insides, each pair with its insides matched as well as they can be
 * @param meanBefore the mean similarity of units with the same index, insides as they stand
 * @param permutation unit i of the first network goes with unit permutation[i] of the second
 */
public record GroupAlignment(
    Group group, Matrix similarity, double meanBefore, UnitPermutation permutation) {
  /** Returns the mean similarity of matched units. */
  public double meanAfter() {
    Permutation units = permutation.units();
    double sum = 0;
    for (int i = 0; i < units.size(); i++) {
      sum += similarity.get(i, units.get(i));
    }
    return sum / units.size();
  }
}
