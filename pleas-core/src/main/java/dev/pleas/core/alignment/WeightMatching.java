package dev.pleas.core.alignment;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.api.tensor.HostTensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

final class WeightMatching {
  private static final int SWEEPS = 100;

  private final PermutationSpec spec;
  private final List<Map<String, HostTensor>> weights;
  private final TensorBackend backend;
  private final UnitMatching matching;
  private final long seed;

  WeightMatching(
      PermutationSpec spec,
      List<Map<String, HostTensor>> weights,
      TensorBackend backend,
      UnitMatching matching,
      long seed) {
    this.spec = spec;
    this.weights = weights;
    this.backend = backend;
    this.matching = matching;
    this.seed = seed;
  }

  /** Returns the weights, every network in its own order. */
  ReferenceWeights asTheyStand() {
    return new ReferenceWeights(spec, weights, backend);
  }

  /**
   * Returns the weights in the order of the first network, matched group by group in execution
   * order, by the axes whose weights have no further axis that is not yet matched.
   */
  ReferenceWeights forward() {
    ReferenceWeights state = asTheyStand();
    Set<Group> done = new HashSet<>();
    for (Group group : spec.groups()) {
      for (int s = 1; s < state.networks(); s++) {
        state.move(
            group, s, matching.match(group, state.between(group, 0, s, done::contains)));
      }
      done.add(group);
    }
    return state;
  }

  /**
   * Matches one group of one network to the others, in a seeded random order, until none gains.
   */
  double ascend(ReferenceWeights state, Terms terms) {
    List<int[]> steps = new ArrayList<>();
    for (int g = 0; g < spec.groups().size(); g++) {
      // Of two networks it is enough to move one.
      for (int s = state.networks() == 2 ? 1 : 0; s < state.networks(); s++) {
        steps.add(new int[] {g, s});
      }
    }
    Random random = new Random(seed);
    boolean gained = true;
    for (int sweep = 0; gained && sweep < SWEEPS; sweep++) {
      gained = false;
      Collections.shuffle(steps, random);
      for (int[] step : steps) {
        gained |= step(state, terms, spec.groups().get(step[0]), step[1]);
      }
    }
    return terms.total(state, spec);
  }

  private boolean step(ReferenceWeights state, Terms terms, Group group, int s) {
    List<Matrix> similarities = terms.others(state, group, s);
    UnitPermutation q = matching.match(group, similarities);
    if (q.isIdentity()) {
      return false;
    }
    double before = terms.total(state, group, s);
    state.move(group, s, q);
    if (SetMatching.gains(before, terms.total(state, group, s))) {
      return true;
    }
    state.move(group, s, q.inverse());
    return false;
  }

  /** What is maximised: share · weights + fixed terms. */
  record Terms(double share, Map<Group, GroupSimilarity> fixed) {
    List<Matrix> others(ReferenceWeights state, Group group, int s) {
      GroupSimilarity term = fixed.get(group);
      if (term == null) {
        return state.others(group, s);
      }
      List<Matrix> a = term.others(s, state.permutations(group));
      List<Matrix> b = state.others(group, s);
      return IntStream.range(0, a.size())
          .mapToObj(c -> GroupSimilarity.plus(a.get(c), GroupSimilarity.times(b.get(c), share)))
          .toList();
    }

    double total(ReferenceWeights state, Group group, int s) {
      GroupSimilarity term = fixed.get(group);
      return share * state.total(group, s)
          + (term == null ? 0 : term.total(state.permutations(group)));
    }

    double total(ReferenceWeights state, PermutationSpec spec) {
      double total = share * state.total();
      for (Group group : spec.groups()) {
        GroupSimilarity term = fixed.get(group);
        total += term == null ? 0 : term.total(state.permutations(group));
      }
      return total;
    }
  }
}
