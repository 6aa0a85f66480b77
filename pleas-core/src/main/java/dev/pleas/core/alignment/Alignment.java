package dev.pleas.core.alignment;

import dev.pleas.api.merge.Tools;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.core.moments.JointMoments;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Aligns the units of N networks, so that which units are matched does not depend on the order in
 * which the networks are given.
 *
 * @param evidence what says that units are alike
 * @param similarity of activations; of no meaning for {@link Evidence#WEIGHTS}
 * @param weightShare share of the weights in {@link Evidence#BOTH}, from 0 to 1
 * @param seed of the order in which groups are matched by weights
 */
public record Alignment(Evidence evidence, Similarity similarity, double weightShare, long seed) {
  /** Checks the share. */
  public Alignment {
    if (!(weightShare >= 0 && weightShare <= 1)) {
      throw new IllegalArgumentException("a share of weights of " + weightShare);
    }
  }

  /**
   * Returns an alignment of every group of a spec, in its order.
   *
   * @param models two or more, of one graph up to the widths of separate heads
   * @param moments joint moments at every tap, from {@link ActivationMatching#moments}, of the
   *     models in the same order; of no meaning where {@link Evidence#needsActivations} says so
   * @param separateHeads nodes whose outputs mean other things in each network
   */
  public List<GroupAlignment> align(
      List<Model> models,
      PermutationSpec spec,
      Map<String, JointMoments> moments,
      Set<String> separateHeads,
      Tools tools) {
    int[] order = CanonicalOrder.of(models);
    UnitMatching matching = new UnitMatching(tools.matcher());
    Map<Group, GroupSimilarity> activations = new LinkedHashMap<>();
    if (evidence.needsActivations()) {
      Map<String, JointMoments> ordered = new TreeMap<>();
      moments.forEach((tap, joint) -> ordered.put(tap, joint.inOrder(order)));
      ActivationMatching.similarities(models.get(0).graph(), spec, ordered, similarity)
          .forEach(of -> activations.put(of.group(), of));
    }
    Matched matched =
        evidence == Evidence.ACTIVATIONS
            ? Matched.each(activations, new SetMatching(matching))
            : byWeights(models, order, spec, activations, separateHeads, tools, matching);
    return matched.inOrder(order, matching);
  }

  private Matched byWeights(
      List<Model> models,
      int[] order,
      PermutationSpec spec,
      Map<Group, GroupSimilarity> activations,
      Set<String> separateHeads,
      Tools tools,
      UnitMatching matching) {
    WeightMatching byWeights =
        new WeightMatching(
            spec,
            Arrays.stream(order)
                .mapToObj(s -> ComparableWeights.of(models.get(s), spec, separateHeads))
                .toList(),
            tools.backend(),
            matching,
            seed);
    return evidence == Evidence.WEIGHTS
        ? byWeights.match()
        : byWeights.match(Matched.each(activations, new SetMatching(matching)), weightShare);
  }
}
