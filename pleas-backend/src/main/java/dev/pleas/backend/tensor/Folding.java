package dev.pleas.backend.tensor;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites a graph so that batch normalizations disappear into the convolutions before them: with s
 * = weight / √(runningVar + epsilon), a filter W and its bias b become s·W and s·(b − runningMean)
 * + bias. Only where nothing else sees the convolution's own output.
 */
final class Folding {
  private final Graph graph;
  private final Map<String, HostTensor> values;
  private final Map<String, Integer> uses = new HashMap<>();
  private final Map<String, Node> convolutions = new HashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, HostTensor> parameters = new LinkedHashMap<>();

  private Folding(Graph graph, Map<String, HostTensor> values) {
    this.graph = graph;
    this.values = values;
    for (Node node : graph.nodes()) {
      node.inputs().forEach(this::use);
      if (node.op() instanceof Op.Conv2d) {
        convolutions.put(node.name(), node);
      }
    }
    graph.outputs().values().forEach(this::use);
  }

  private void use(String value) {
    uses.merge(value, 1, Integer::sum);
  }

  /**
   * A graph and the parameters to compile it with.
   *
   * @param graph computes the same outputs from the same inputs
   * @param parameters all that it needs
   */
  record Folded(Graph graph, Map<String, HostTensor> parameters) {}

  /**
   * Rewrites a graph.
   *
   * @param values the graph's parameters, in its shapes
   */
  static Folded fold(Graph graph, Map<String, HostTensor> values) {
    return new Folding(graph, values).run();
  }

  private Folded run() {
    Map<String, Node> foldedInto = new HashMap<>();
    for (Node node : graph.nodes()) {
      Node convolution = convolutions.get(node.inputs().get(0));
      if (node.op() instanceof Op.BatchNorm
          && convolution != null
          && Integer.valueOf(1).equals(uses.get(convolution.name()))) {
        foldedInto.put(convolution.name(), node);
      }
    }
    for (Node node : graph.nodes()) {
      Node norm = foldedInto.get(node.name());
      if (norm != null
          && node.op() instanceof Op.Conv2d conv
          && norm.op() instanceof Op.BatchNorm bn) {
        nodes.add(new Node(norm.name(), folded(norm.name(), conv, bn), node.inputs()));
      } else if (!foldedInto.containsValue(node)) {
        nodes.add(node);
        node.op().parameters().forEach(name -> parameters.put(name, value(name)));
      }
    }
    Map<String, Shape> shapes = new LinkedHashMap<>();
    parameters.forEach((name, value) -> shapes.put(name, value.shape()));
    return new Folded(
        new Graph(graph.architecture(), graph.inputs(), nodes, graph.outputs(), shapes),
        parameters);
  }

  private Op folded(String name, Op.Conv2d conv, Op.BatchNorm bn) {
    HostTensor weight = value(conv.weight());
    float @Nullable [] bias = conv.bias() == null ? null : value(conv.bias()).values();
    float[] gamma = value(bn.weight()).values();
    float[] beta = value(bn.bias()).values();
    float[] mean = value(bn.runningMean()).values();
    float[] variance = value(bn.runningVar()).values();
    float[] scaled = weight.values().clone();
    float[] shift = new float[gamma.length];
    int filter = gamma.length == 0 ? 0 : scaled.length / gamma.length;
    for (int k = 0; k < gamma.length; k++) {
      double scale = gamma[k] / Math.sqrt(variance[k] + bn.epsilon());
      for (int i = k * filter; i < (k + 1) * filter; i++) {
        scaled[i] = (float) (scaled[i] * scale);
      }
      shift[k] = (float) (beta[k] + ((bias == null ? 0 : bias[k]) - mean[k]) * scale);
    }
    // A space cannot occur in the name of a stored tensor, so these names are new.
    String weightName = name + " weight";
    String biasName = name + " bias";
    parameters.put(weightName, HostTensor.wrap(weight.shape(), scaled));
    parameters.put(biasName, HostTensor.wrap(Shape.of(gamma.length), shift));
    return new Op.Conv2d(weightName, biasName, conv.window(), conv.groups());
  }

  private HostTensor value(String parameter) {
    HostTensor value = values.get(parameter);
    if (value == null) {
      throw new IllegalArgumentException("no parameter " + parameter);
    }
    return value;
  }
}
