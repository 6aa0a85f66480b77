package dev.pleas.core.normalization;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Batch normalizations drawn into the convolutions before them, as at inference both are one affine
 * map: γ·(W·x + c − μ)/√(σ² + ε) + β = W′·x + b′. A merge then averages and fits what comes after
 * the normalization, in which units of different networks have one scale, instead of what comes
 * before it.
 */
public final class FoldedNormalization {
  private FoldedNormalization() {}

  /**
   * Returns the network without the normalizations that follow a convolution nobody else reads. The
   * convolution takes the normalization's place and name, and its shift's name for the bias.
   */
  public static Model fold(Model model) {
    Graph graph = model.graph();
    Map<String, HostTensor> parameters = new LinkedHashMap<>(model.parameters());
    Map<String, Node> convolutions = convolutions(graph);
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Node before = convolutions.get(node.name());
      if (before != null && node.op() instanceof Op.BatchNorm norm) {
        nodes.add(folded(before, node.name(), norm, parameters));
      } else if (!convolutions.containsValue(node)) {
        nodes.add(node);
      }
    }
    return model(graph, nodes, parameters);
  }

  private static Node folded(
      Node node, String name, Op.BatchNorm norm, Map<String, HostTensor> parameters) {
    Op.Conv2d conv = (Op.Conv2d) node.op();
    HostTensor weight = remove(parameters, conv.weight());
    float[] gamma = remove(parameters, norm.weight()).values();
    float[] beta = remove(parameters, norm.bias()).values();
    float[] mean = remove(parameters, norm.runningMean()).values();
    float[] variance = remove(parameters, norm.runningVar()).values();
    float[] bias =
        conv.bias() == null ? new float[mean.length] : remove(parameters, conv.bias()).values();
    float[] w = weight.values().clone();
    float[] b = new float[mean.length];
    int row = w.length / mean.length;
    for (int i = 0; i < mean.length; i++) {
      double scale = gamma[i] / Math.sqrt(variance[i] + norm.epsilon());
      for (int k = 0; k < row; k++) {
        w[i * row + k] = (float) (scale * w[i * row + k]);
      }
      b[i] = (float) (beta[i] + scale * ((double) bias[i] - mean[i]));
    }
    parameters.put(conv.weight(), HostTensor.wrap(weight.shape(), w));
    parameters.put(norm.bias(), HostTensor.wrap(Shape.of(b.length), b));
    Op op = new Op.Conv2d(conv.weight(), norm.bias(), conv.window(), conv.groups());
    return new Node(name, op, node.inputs());
  }

  /**
   * Returns a network with normalizations again where {@link #fold} took them away; they scale by 1
   * and shift by the bias, so that the network computes the same.
   *
   * @param original a network before it was folded, of any widths
   */
  public static Model unfold(Model model, Graph original) {
    Map<String, HostTensor> parameters = new LinkedHashMap<>(model.parameters());
    Map<String, Node> convolutions = convolutions(original);
    Map<String, Node> norms = new HashMap<>();
    original.nodes().forEach(node -> norms.put(node.name(), node));
    List<Node> nodes = new ArrayList<>();
    for (Node node : model.graph().nodes()) {
      Node before = convolutions.get(node.name());
      if (before == null || !(node.op() instanceof Op.Conv2d conv)) {
        nodes.add(node);
        continue;
      }
      Node after = Objects.requireNonNull(norms.get(node.name()));
      Op.BatchNorm norm = (Op.BatchNorm) after.op();
      @Nullable String bias = ((Op.Conv2d) before.op()).bias();
      int width = model.graph().parameterShape(conv.weight()).dim(0);
      parameters.put(norm.weight(), filled(width, 1));
      parameters.put(norm.runningMean(), filled(width, 0));
      parameters.put(norm.runningVar(), filled(width, (float) (1 - norm.epsilon())));
      if (bias != null) {
        parameters.put(bias, filled(width, 0));
      }
      Op op = new Op.Conv2d(conv.weight(), bias, conv.window(), conv.groups());
      nodes.add(new Node(before.name(), op, node.inputs()));
      nodes.add(after);
    }
    return model(model.graph(), nodes, parameters);
  }

  /** The convolution before each normalization that can be drawn into it. */
  private static Map<String, Node> convolutions(Graph graph) {
    Map<String, Node> made = new HashMap<>();
    Map<String, Integer> readers = new HashMap<>();
    for (Node node : graph.nodes()) {
      made.put(node.name(), node);
      node.inputs().forEach(input -> readers.merge(input, 1, Integer::sum));
    }
    graph.outputs().values().forEach(value -> readers.merge(value, 1, Integer::sum));
    Map<String, Node> convolutions = new HashMap<>();
    for (Node node : graph.nodes()) {
      Node before = made.get(node.inputs().get(0));
      if (node.op() instanceof Op.BatchNorm
          && before != null
          && before.op() instanceof Op.Conv2d
          && readers.getOrDefault(before.name(), 0) == 1) {
        convolutions.put(node.name(), before);
      }
    }
    return convolutions;
  }

  private static Model model(Graph graph, List<Node> nodes, Map<String, HostTensor> parameters) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    parameters.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    return new Model(
        new Graph(graph.architecture(), graph.inputs(), nodes, graph.outputs(), shapes),
        parameters);
  }

  private static HostTensor remove(Map<String, HostTensor> parameters, String name) {
    HostTensor tensor = parameters.remove(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no parameter " + name);
    }
    return tensor;
  }

  private static HostTensor filled(int width, float value) {
    float[] values = new float[width];
    Arrays.fill(values, value);
    return HostTensor.wrap(Shape.of(width), values);
  }
}
