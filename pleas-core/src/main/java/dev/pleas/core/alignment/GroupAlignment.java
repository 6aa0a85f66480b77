package dev.pleas.core.alignment;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.core.moments.SourcePairs;
import java.util.Arrays;
import java.util.List;

/**
 * How the units of a group go together. The units of all networks at one place of the reference
 * order, the first network's, are a set of matched units. Since every network is aligned to the
 * reference, matchings agree: composed around any cycle of networks they are the identity.
 *
 * @param group the group
 * @param permutations of each network: reference unit u is its unit permutation[u]; the first
 *     network's is the identity
 * @param similarities of every pair of units of every two networks, in the original order of both;
 *     of units with insides, each pair with its insides matched as well as they can be
 * @param matched for each reference unit, the mean similarity of the units at it over all pairs of
 *     networks, insides as the permutations match them; not to be modified
 * @param meanBefore the same mean over all units, for units of the same index, insides as they
 *     stand
 */
@SuppressWarnings("ArrayRecordComponent")
public record GroupAlignment(
    Group group,
    List<UnitPermutation> permutations,
    SourcePairs<Matrix> similarities,
    double[] matched,
    double meanBefore) {
  /** Copies the list. */
  public GroupAlignment {
    permutations = List.copyOf(permutations);
  }

  /** Returns the mean similarity of matched units. */
  public double meanAfter() {
    return Arrays.stream(matched).sum() / matched.length;
  }
}
