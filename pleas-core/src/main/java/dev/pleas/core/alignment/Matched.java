package dev.pleas.core.alignment;

import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.core.moments.SourcePairs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Permutations of every group of every network, and what speaks for them. Networks and the
 * reference are in whatever order they were matched in.
 *
 * @param permutations of each network: reference unit u is its unit permutation[u]
 * @param similarities in the original order of all networks
 */
record Matched(
    Map<Group, List<UnitPermutation>> permutations, Map<Group, GroupSimilarity> similarities) {
  /** Matches each group by itself. */
  static Matched each(Map<Group, GroupSimilarity> similarities, SetMatching matching) {
    Map<Group, List<UnitPermutation>> permutations = new LinkedHashMap<>();
    similarities.forEach((group, of) -> permutations.put(group, matching.match(of)));
    return new Matched(permutations, similarities);
  }

  List<UnitPermutation> permutations(Group group) {
    return Objects.requireNonNull(permutations.get(group));
  }

  /**
   * Returns the alignments with networks in another order, and the first network's as reference.
   *
   * @param order network s here is network order[s] there
   */
  List<GroupAlignment> inOrder(int[] order, UnitMatching matching) {
    int[] places = new int[order.length];
    IntStream.range(0, order.length).forEach(s -> places[order[s]] = s);
    List<GroupAlignment> alignments = new ArrayList<>();
    similarities.forEach(
        (group, of) -> alignments.add(inOrder(places, of, permutations(group), matching)));
    return alignments;
  }

  private static GroupAlignment inOrder(
      int[] places,
      GroupSimilarity similarity,
      List<UnitPermutation> permutations,
      UnitMatching matching) {
    Group group = similarity.group();
    SourcePairs<?> pairs = similarity.components().get(0);
    double count = pairs.values().size();
    UnitPermutation back = permutations.get(places[0]).inverse();
    double[] totals = similarity.totals(permutations);
    double[] matched = new double[totals.length];
    Arrays.setAll(matched, u -> totals[back.units().get(u)] / count);
    return new GroupAlignment(
        group,
        Arrays.stream(places).mapToObj(s -> permutations.get(s).then(back)).toList(),
        SourcePairs.of(
            places.length,
            (s, t) -> matching.units(group, similarity.between(places[s], places[t]))),
        matched,
        similarity.total(similarity.identity()) / count / group.size());
  }
}
