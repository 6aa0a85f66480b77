package dev.pleas.core.alignment;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.permutation.PermutationSpec.Group;

/**
 * How the units of a group go together.
 *
 * @param group the group
 * @param similarity of every pair of units, in the original order of both networks
 * @param permutation unit i of the first network goes with unit permutation[i] of the second
 */
public record GroupAlignment(Group group, Matrix similarity, Permutation permutation) {
  /** Returns the mean similarity of units with the same index. */
  public double meanBefore() {
    return mean(Permutation.identity(group.size()));
  }

  /** Returns the mean similarity of matched units. */
  public double meanAfter() {
    return mean(permutation);
  }

  private double mean(Permutation p) {
    double sum = 0;
    for (int i = 0; i < p.size(); i++) {
      sum += similarity.get(i, p.get(i));
    }
    return sum / p.size();
  }
}
