package dev.pleas.core.alignment;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.Axis;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.tensor.HostTensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A network's weights, made comparable with another's. The scale of weights before a batch
 * normalization says nothing, since it takes it away, so normalizations are folded into the rows
 * before them: W[k, …] · γ[k] / √(variance[k] + ε) is what the network multiplies by. All weights
 * count as they then are, scales and shifts too. What is left out: running means and variances, and
 * heads whose outputs mean other things in each network.
 *
 * <p>Measured against weights as they are, of norm 1 or of mean square 1 for each parameter, and
 * without vectors or without folded scales: docs/alignment.md.
 */
final class ComparableWeights {
  private ComparableWeights() {}

  /**
   * Returns weights by parameter, of those that have an axis in a group.
   *
   * @param separateHeads nodes whose weights are left out
   */
  static Map<String, HostTensor> of(Model model, PermutationSpec spec, Set<String> separateHeads) {
    Map<String, HostTensor> weights = new LinkedHashMap<>();
    for (Group group : spec.groups()) {
      for (Axis axis : group.axes()) {
        weights.put(axis.parameter(), model.parameter(axis.parameter()));
      }
    }
    Graph graph = model.graph();
    Map<String, String> weightByValue = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (separateHeads.contains(node.name())) {
        weights.keySet().removeAll(node.op().parameters());
      } else if (node.op() instanceof Op.Conv2d conv) {
        weightByValue.put(node.name(), conv.weight());
      } else if (node.op() instanceof Op.Linear linear) {
        weightByValue.put(node.name(), linear.weight());
      } else if (node.op() instanceof Op.BatchNorm norm) {
        weights.remove(norm.runningMean());
        weights.remove(norm.runningVar());
        String before = weightByValue.get(node.inputs().get(0));
        if (before != null) {
          weights.computeIfPresent(before, (name, weight) -> folded(weight, norm, model));
        }
      }
    }
    return weights;
  }

  private static HostTensor folded(HostTensor weight, Op.BatchNorm norm, Model model) {
    float[] scale = model.parameter(norm.weight()).values();
    float[] variance = model.parameter(norm.runningVar()).values();
    float[] out = weight.values().clone();
    int row = out.length / scale.length;
    for (int i = 0; i < out.length; i++) {
      int k = i / row;
      out[i] *= (float) (scale[k] / Math.sqrt(variance[k] + norm.epsilon()));
    }
    return HostTensor.wrap(weight.shape(), out);
  }
}
