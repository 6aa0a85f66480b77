package dev.pleas.core.alignment;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import java.util.List;
import java.util.stream.IntStream;

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
  /** Returns for each source the order in which unit u is of set u. */
  public List<UnitPermutation> permutations() {
    return List.of(UnitPermutation.identity(group), permutation);
  }

  /** Returns the similarity of each set of matched units. */
  public double[] matched() {
    Permutation units = permutation.units();
    return IntStream.range(0, units.size())
        .mapToDouble(i -> similarity.get(i, units.get(i)))
        .toArray();
  }

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
