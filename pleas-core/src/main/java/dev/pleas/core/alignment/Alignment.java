package dev.pleas.core.alignment;

import dev.pleas.api.merge.Tools;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.core.moments.JointMoments;
import dev.pleas.core.moments.SourcePairs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Aligns the units of N networks.
 *
 * @param evidence what says that units are alike
 * @param similarity of activations
 * @param weightShare share of the weights where both count, from 0 to 1
 * @param seed of the order in which groups are matched by weights
 */
public record Alignment(Evidence evidence, Similarity similarity, double weightShare, long seed) {
  /**
   * Returns an alignment of every group of a spec. Which units are matched does not depend on the
   * order of the networks.
   *
   * @param models of one graph, up to the widths of separate heads
   * @param moments joint moments at every tap, from {@link ActivationMatching#moments}; of no
   *     meaning if {@link Evidence#needsActivations} says so
   * @param separateHeads nodes whose outputs mean other things in each network
   */
  public List<GroupAlignment> align(
      List<Model> models,
      PermutationSpec spec,
      Map<String, JointMoments> moments,
      Set<String> separateHeads,
      Tools tools) {
    int[] order = CanonicalOrder.of(models);
    List<Model> ordered = Arrays.stream(order).mapToObj(models::get).toList();
    UnitMatching matching = new UnitMatching(tools.matcher());
    Map<Group, GroupSimilarity> activations = new LinkedHashMap<>();
    if (evidence.needsActivations()) {
      Map<String, JointMoments> orderedMoments = new HashMap<>();
      moments.forEach((tap, at) -> orderedMoments.put(tap, at.inOrder(order)));
      ActivationMatching.similarities(models.get(0).graph(), spec, orderedMoments, similarity)
          .forEach(of -> activations.put(of.group(), of));
    }
    Map<Group, List<UnitPermutation>> permutations = new LinkedHashMap<>();
    Map<Group, GroupSimilarity> similarities = activations;
    SetMatching sets = new SetMatching(matching);
    activations.forEach((group, of) -> permutations.put(group, sets.match(of)));
    if (evidence != Evidence.ACTIVATIONS) {
      List<Map<String, HostTensor>> weights =
          ordered.stream()
              .map(model -> ComparableWeights.of(model, spec, separateHeads))
              .toList();
      WeightMatching byWeights =
          new WeightMatching(spec, weights, tools.backend(), matching, seed);
      List<ReferenceWeights> starts = new ArrayList<>();
      Map<Group, GroupSimilarity> fixed = new LinkedHashMap<>();
      double share = 1;
      if (evidence == Evidence.BOTH) {
        ReferenceWeights matched = byWeights.asTheyStand();
        permutations.forEach(
            (group, of) -> {
              for (int s = 0; s < of.size(); s++) {
                matched.move(group, s, of.get(s));
              }
            });
        activations.forEach(
            (group, of) -> {
              double spread = of.spread();
              double weightSpread = matched.similarity(group).spread();
              double factor = spread > 0 ? (weightSpread > 0 ? weightSpread : 1) / spread : 0;
              fixed.put(group, of.times((1 - weightShare) * factor));
            });
        share = weightShare;
        starts.add(matched);
      }
      String which = System.getProperty("pleas.x.starts", "identity,forward");
      if (which.contains("identity")) starts.add(byWeights.asTheyStand());
      if (which.contains("forward")) starts.add(byWeights.forward());
      WeightMatching.Terms terms = new WeightMatching.Terms(share, fixed);
      double best = Double.NEGATIVE_INFINITY;
      ReferenceWeights found = starts.get(0);
      for (ReferenceWeights start : starts) {
        double b = terms.total(start, spec);
        double total = byWeights.ascend(start, terms);
        if (System.getProperty("pleas.x.print") != null) {
          System.err.println("start " + b + " -> " + total);
        }
        if (total > best) {
          best = total;
          found = start;
        }
      }
      similarities = new LinkedHashMap<>();
      for (Group group : spec.groups()) {
        permutations.put(group, found.permutations(group));
        GroupSimilarity term = fixed.get(group);
        GroupSimilarity of = found.similarity(group);
        similarities.put(group, term == null ? of : term.plus(of.times(share)));
      }
    }
    int[] places = new int[order.length];
    IntStream.range(0, order.length).forEach(s -> places[order[s]] = s);
    Map<Group, GroupSimilarity> of = similarities;
    return spec.groups().stream()
        .map(
            group ->
                result(
                    Objects.requireNonNull(of.get(group)),
                    Objects.requireNonNull(permutations.get(group)),
                    places,
                    matching))
        .toList();
  }

  private static GroupAlignment result(
      GroupSimilarity similarity,
      List<UnitPermutation> permutations,
      int[] places,
      UnitMatching matching) {
    Group group = similarity.group();
    int networks = places.length;
    double pairs = networks * (networks - 1) / 2.0;
    // The first network's order becomes the reference.
    UnitPermutation back = permutations.get(places[0]).inverse();
    double[] totals = similarity.totals(permutations);
    double[] matched = new double[totals.length];
    Arrays.setAll(matched, u -> totals[back.units().get(u)] / pairs);
    return new GroupAlignment(
        group,
        Arrays.stream(places).mapToObj(s -> permutations.get(s).then(back)).toList(),
        SourcePairs.of(
            networks,
            (s, t) -> matching.units(group, similarity.between(places[s], places[t]))),
        matched,
        similarity.total(similarity.identity()) / pairs / group.size());
  }
}
