package dev.pleas.core.partial;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Groups of which all units are merged, whatever the budget: those that enter a layer
 * normalization. Its mean and variance are over all channels, so with the units of both sources
 * side by side it would normalize neither source's, and not even the ensemble would be among the
 * results. In a transformer that is the residual stream.
 */
public final class Indivisible {
  private Indivisible() {}

  /** Returns these groups. */
  public static Set<Group> groups(Graph graph, PermutationSpec spec) {
    Set<String> normalized = new HashSet<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.LayerNorm) {
        normalized.addAll(node.inputs());
      }
    }
    return spec.groups().stream()
        .filter(group -> group.values().stream().anyMatch(normalized::contains))
        .collect(Collectors.toSet());
  }
}
