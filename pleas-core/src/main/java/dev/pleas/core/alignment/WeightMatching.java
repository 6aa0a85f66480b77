package dev.pleas.core.alignment;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.api.tensor.HostTensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Weight matching (Git Re-Basin, arXiv:2209.04836, section 3.2): maximises Σ over pairs of networks
 * and parameters of the inner product of their weights, each network's units permuted. A sum of
 * bilinear assignment problems, so a local optimum is found by coordinate ascent: one group of one
 * network is matched exactly to the sum of all others (MergeMany's step, appendix A.10), all other
 * axes in the reference order as it is, in a seeded random order, until no step gains. A step is
 * taken only if it gains, so the objective never falls, not even where both axes of one weight
 * belong to the group and the step is not exact.
 *
 * <p>Departures: besides every network as it stands there is a second start, {@link #forward}, from
 * where several orders of steps are tried, and the best result is kept; weights are made comparable
 * first, see {@link ComparableWeights}; a term that does not change, of activations, may be added.
 */
final class WeightMatching {
  private static final int SWEEPS = 100;

  /** How often the ascent from {@link #forward} is tried, in another order of steps each time. */
  private static final int ORDERS = 5;

  private final PermutationSpec spec;
  private final List<Map<String, HostTensor>> weights;
  private final TensorBackend backend;
  private final UnitMatching matching;
  private final long seed;

  /**
   * @param weights of each network, comparable
   * @param backend multiplies
   * @param seed of the order of steps
   */
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

  /** Matches by weights alone. */
  Matched match() {
    return best(starts(), new WeightObjective(spec, 1, Map.of()));
  }

  /**
   * Matches by a weighted sum of activations and weights. In each group the activations' similarity
   * is scaled to the {@linkplain GroupSimilarity#spread spread} of the weights', as it is where
   * units are matched by activations.
   *
   * @param activations matched by activations alone
   * @param share of the weights, from 0 to 1
   */
  Matched match(Matched activations, double share) {
    ReferenceWeights start = asTheyStand();
    activations
        .permutations()
        .forEach(
            (group, of) -> {
              for (int s = 0; s < of.size(); s++) {
                start.move(group, s, of.get(s));
              }
            });
    Map<Group, GroupSimilarity> terms = new LinkedHashMap<>();
    activations
        .similarities()
        .forEach(
            (group, of) -> {
              double spread = of.spread();
              double scale = spread > 0 ? start.similarity(group).spread() / spread : 0;
              terms.put(group, of.times((1 - share) * (scale > 0 ? scale : 1)));
            });
    List<ReferenceWeights> starts = starts();
    starts.add(0, start);
    return best(starts, new WeightObjective(spec, share, terms));
  }

  private List<ReferenceWeights> starts() {
    ReferenceWeights forward = forward();
    List<ReferenceWeights> starts = new ArrayList<>(List.of(asTheyStand(), forward));
    while (starts.size() < 1 + ORDERS) {
      starts.add(new ReferenceWeights(forward));
    }
    return starts;
  }

  /** Returns where the ascent from the best of some starts ends; ties go to the first. */
  private Matched best(List<ReferenceWeights> starts, WeightObjective objective) {
    Random random = new Random(seed);
    ReferenceWeights best = starts.get(0);
    for (ReferenceWeights start : starts) {
      ascend(start, objective, random);
      if (SetMatching.gains(objective.total(best), objective.total(start))) {
        best = start;
      }
    }
    Map<Group, List<UnitPermutation>> permutations = new LinkedHashMap<>();
    Map<Group, GroupSimilarity> similarities = new LinkedHashMap<>();
    for (Group group : spec.groups()) {
      permutations.put(group, best.permutations(group));
      similarities.put(group, objective.similarity(best, group));
    }
    return new Matched(permutations, similarities);
  }

  /** Returns the weights of every network in its own order. */
  ReferenceWeights asTheyStand() {
    return new ReferenceWeights(spec, weights, backend);
  }

  /**
   * Returns the weights in the order of the first network, matched group by group in execution
   * order by what does not depend on groups still to come. Finds networks that differ by nothing
   * but their order.
   */
  ReferenceWeights forward() {
    ReferenceWeights state = asTheyStand();
    Set<Group> done = new HashSet<>();
    for (Group group : spec.groups()) {
      for (int s = 1; s < state.networks(); s++) {
        state.move(group, s, matching.match(group, state.toFirst(group, s, done::contains)));
      }
      done.add(group);
    }
    return state;
  }

  /** Takes steps, in a random order in each sweep, until none gains. */
  void ascend(ReferenceWeights state, WeightObjective objective, Random random) {
    record Step(Group group, int network) {}

    List<Step> steps = new ArrayList<>();
    for (Group group : spec.groups()) {
      // Of two networks it is enough to move one.
      for (int s = state.networks() == 2 ? 1 : 0; s < state.networks(); s++) {
        steps.add(new Step(group, s));
      }
    }
    boolean gained = true;
    for (int sweep = 0; gained && sweep < SWEEPS; sweep++) {
      gained = false;
      Collections.shuffle(steps, random);
      for (Step step : steps) {
        gained |= step(state, objective, step.group(), step.network());
      }
    }
  }

  /** Matches a group of one network to all others, if that gains, and returns whether it does. */
  boolean step(ReferenceWeights state, WeightObjective objective, Group group, int s) {
    UnitPermutation step = matching.match(group, objective.others(state, group, s));
    double before = objective.total(state, group, s);
    state.move(group, s, step);
    if (SetMatching.gains(before, objective.total(state, group, s))) {
      return true;
    }
    state.move(group, s, step.inverse());
    return false;
  }
}
