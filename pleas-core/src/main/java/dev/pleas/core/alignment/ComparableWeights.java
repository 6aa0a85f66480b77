package dev.pleas.core.alignment;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.Axis;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.tensor.HostTensor;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** A network's weights, made comparable with another's. */
final class ComparableWeights {
  private ComparableWeights() {}

  static final String MODE = System.getProperty("pleas.x.weights", "rms");

  static Map<String, HostTensor> of(Model model, PermutationSpec spec, Set<String> separateHeads) {
    Graph graph = model.graph();
    Set<String> leftOut = new HashSet<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.BatchNorm norm) {
        leftOut.add(norm.runningMean());
        leftOut.add(norm.runningVar());
      }
      if (separateHeads.contains(node.name())) {
        leftOut.addAll(node.op().parameters());
      }
    }
    Map<String, HostTensor> weights = new LinkedHashMap<>();
    for (PermutationSpec.Group group : spec.groups()) {
      for (Axis axis : group.axes()) {
        if (!leftOut.contains(axis.parameter())) {
          weights.put(axis.parameter(), model.parameter(axis.parameter()));
        }
      }
    }
    if (MODE.contains("fold")) {
      fold(graph, model, weights);
    }
    if (MODE.contains("matrices")) {
      weights.values().removeIf(t -> t.shape().rank() == 1);
    }
    weights.replaceAll((name, tensor) -> scaled(tensor));
    return weights;
  }

  private static void fold(Graph graph, Model model, Map<String, HostTensor> weights) {
    Map<String, Op> producers = new LinkedHashMap<>();
    graph.nodes().forEach(n -> producers.put(n.name(), n.op()));
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.BatchNorm norm
          && producers.get(node.inputs().get(0)) instanceof Op.Conv2d conv
          && weights.containsKey(conv.weight())) {
        HostTensor w = weights.get(conv.weight());
        float[] out = w.values().clone();
        int row = (int) w.shape().elementsFrom(1);
        for (int i = 0; i < out.length; i++) {
          int c = i / row;
          out[i] *=
              (float)
                  (model.parameter(norm.weight()).values()[c]
                      / Math.sqrt(model.parameter(norm.runningVar()).values()[c] + norm.epsilon()));
        }
        weights.put(conv.weight(), HostTensor.wrap(w.shape(), out));
        if (MODE.contains("dropgamma")) {
          weights.remove(norm.weight());
        }
      }
    }
  }

  private static HostTensor scaled(HostTensor tensor) {
    double squares = 0;
    for (float x : tensor.values()) {
      squares += (double) x * x;
    }
    double factor = 1;
    if (squares > 0 && MODE.contains("rms")) {
      factor = Math.sqrt(tensor.values().length / squares);
    } else if (squares > 0 && MODE.contains("frob")) {
      factor = 1 / Math.sqrt(squares);
    }
    float[] out = new float[tensor.values().length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (factor * tensor.values()[i]);
    }
    return HostTensor.wrap(tensor.shape(), out);
  }
}
