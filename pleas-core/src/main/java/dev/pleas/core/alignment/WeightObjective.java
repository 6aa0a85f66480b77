package dev.pleas.core.alignment;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What weight matching maximises: share · Σ of inner products of weights + Σ of fixed similarities.
 *
 * @param spec the groups
 * @param share of the weights
 * @param fixed similarities that do not depend on other groups, by group; for some, all or none
 */
record WeightObjective(PermutationSpec spec, double share, Map<Group, GroupSimilarity> fixed) {
  /** Returns the objective. */
  double total(ReferenceWeights state) {
    double total = share * state.total();
    for (Group group : spec.groups()) {
      GroupSimilarity term = fixed.get(group);
      total += term == null ? 0 : term.total(state.permutations(group));
    }
    return total;
  }

  /** Returns the part of the objective that moving a group of network s can change. */
  double total(ReferenceWeights state, Group group, int s) {
    GroupSimilarity term = fixed.get(group);
    return share * state.total(group, s)
        + (term == null ? 0 : term.total(state.permutations(group)));
  }

  /**
   * Returns for each component how similar, in this objective, what the others have at reference
   * index k is to what network s has at reference index l.
   */
  List<Matrix> others(ReferenceWeights state, Group group, int s) {
    List<Matrix> weights = state.others(group, s);
    @Nullable GroupSimilarity term = fixed.get(group);
    if (term == null) {
      return weights;
    }
    List<Matrix> others = term.others(s, state.permutations(group));
    return IntStream.range(0, others.size())
        .mapToObj(
            c -> GroupSimilarity.plus(others.get(c), GroupSimilarity.times(weights.get(c), share)))
        .toList();
  }

  /** Returns the same for every two networks, in their original order. */
  GroupSimilarity similarity(ReferenceWeights state, Group group) {
    GroupSimilarity weights = state.similarity(group);
    @Nullable GroupSimilarity term = fixed.get(group);
    return term == null ? weights : term.plus(weights.times(share));
  }
}
