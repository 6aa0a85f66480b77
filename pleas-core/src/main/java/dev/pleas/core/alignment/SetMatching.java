package dev.pleas.core.alignment;

import dev.pleas.api.permutation.UnitPermutation;
import java.util.ArrayList;
import java.util.List;

/**
 * Matches the units of N networks in sets, one unit of each: maximises Σ over pairs of networks and
 * sets of the similarity of the two units in the set. For two networks that is one assignment, and
 * exact. For more it is NP-hard; a local optimum is found by exact assignments of one network to
 * the sum of all others until none gains, from every star (all networks matched to one) as a start,
 * and the best is kept.
 *
 * <p>The coordinate step is MergeMany's (Git Re-Basin, arXiv:2209.04836, appendix A.10), which
 * matches to the mean of the others' weights from the order as it stands; here similarities of
 * pairs are added, of whatever kind they are, and there are N starts. As in C²M³ (arXiv:2405.17897)
 * matchings agree around cycles because all go through one reference order; C²M³ optimises all
 * permutations at once by Frank–Wolfe steps and rounds, here every step is an exact assignment.
 */
final class SetMatching {
  /** A gain below this share of what is compared is rounding. */
  static final double GAIN = 1e-12;

  private static final int SWEEPS = 100;

  private final UnitMatching matching;

  SetMatching(UnitMatching matching) {
    this.matching = matching;
  }

  /**
   * Returns the permutation of each network.
   *
   * @param similarity of networks in an order that does not depend on how they were given, so that
   *     neither does the result
   */
  List<UnitPermutation> match(GroupSimilarity similarity) {
    List<UnitPermutation> best = star(similarity, 0);
    if (best.size() <= 2) {
      return best;
    }
    best = ascend(similarity, best);
    for (int hub = 1; hub < similarity.networks(); hub++) {
      List<UnitPermutation> found = ascend(similarity, star(similarity, hub));
      if (gains(similarity.total(best), similarity.total(found))) {
        best = found;
      }
    }
    return best;
  }

  /** Returns every network matched to one of them. */
  private List<UnitPermutation> star(GroupSimilarity similarity, int hub) {
    List<UnitPermutation> permutations = new ArrayList<>(similarity.identity());
    for (int s = 0; s < permutations.size(); s++) {
      if (s != hub) {
        permutations.set(s, matching.match(similarity.group(), similarity.between(hub, s)));
      }
    }
    return permutations;
  }

  /** Matches one network to all others in turn until none gains. */
  List<UnitPermutation> ascend(GroupSimilarity similarity, List<UnitPermutation> start) {
    List<UnitPermutation> permutations = new ArrayList<>(start);
    double total = similarity.total(permutations);
    boolean gained = true;
    for (int sweep = 0; gained && sweep < SWEEPS; sweep++) {
      gained = false;
      for (int s = 0; s < permutations.size(); s++) {
        UnitPermutation before = permutations.get(s);
        UnitPermutation step =
            matching.match(similarity.group(), similarity.others(s, permutations));
        permutations.set(s, before.then(step));
        double after = similarity.total(permutations);
        if (gains(total, after)) {
          total = after;
          gained = true;
        } else {
          permutations.set(s, before);
        }
      }
    }
    return permutations;
  }

  static boolean gains(double before, double after) {
    return after - before > GAIN * Math.max(Math.abs(before), Math.abs(after));
  }
}
