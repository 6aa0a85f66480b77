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
   * Returns the graph without the normalizations that follow a convolution nobody else reads. The
   * convolution takes the normalization's place and name, and its shift's name for the bias.
   */
  public static Graph fold(Graph graph) {
    Map<String, Shape> shapes = new LinkedHashMap<>(graph.parameters());
    Map<String, Node> convolutions = convolutions(graph);
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Node before = convolutions.get(node.name());
      if (before != null && node.op() instanceof Op.BatchNorm norm) {
        Op.Conv2d conv = (Op.Conv2d) before.op();
        shapes.keySet().removeAll(norm.parameters());
        shapes.keySet().removeAll(conv.parameters());
        shapes.put(conv.weight(), graph.parameterShape(conv.weight()));
        shapes.put(norm.bias(), graph.parameterShape(norm.bias()));
        Op op = new Op.Conv2d(conv.weight(), norm.bias(), conv.window(), conv.groups());
        nodes.add(new Node(node.name(), op, before.inputs()));
      } else if (!convolutions.containsValue(node)) {
        nodes.add(node);
      }
    }
    return with(graph, nodes, shapes);
  }

  /** Returns the network with its graph folded; it computes the same. */
  public static Model fold(Model model) {
    Map<String, HostTensor> parameters = new LinkedHashMap<>(model.parameters());
    Map<String, Node> convolutions = convolutions(model.graph());
    for (Node node : model.graph().nodes()) {
      Node before = convolutions.get(node.name());
      if (before != null && node.op() instanceof Op.BatchNorm norm) {
        draw(model, norm, (Op.Conv2d) before.op(), parameters);
      }
    }
    Graph folded = fold(model.graph());
    parameters.keySet().retainAll(folded.parameters().keySet());
    return new Model(folded, parameters);
  }

  private static void draw(
      Model model, Op.BatchNorm norm, Op.Conv2d conv, Map<String, HostTensor> parameters) {
    HostTensor weight = model.parameter(conv.weight());
    float[] gamma = model.parameter(norm.weight()).values();
    float[] beta = model.parameter(norm.bias()).values();
    float[] mean = model.parameter(norm.runningMean()).values();
    float[] variance = model.parameter(norm.runningVar()).values();
    float[] bias =
        conv.bias() == null ? new float[mean.length] : model.parameter(conv.bias()).values();
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
  }

  /**
   * Returns a graph with normalizations again where {@link #fold(Graph)} took them away.
   *
   * @param folded of any widths
   * @param original the graph before it was folded, of any widths
   */
  public static Graph unfold(Graph folded, Graph original) {
    Map<String, Shape> shapes = new LinkedHashMap<>(folded.parameters());
    Map<String, Node> convolutions = convolutions(original);
    Map<String, Node> norms = new HashMap<>();
    original.nodes().forEach(node -> norms.put(node.name(), node));
    List<Node> nodes = new ArrayList<>();
    for (Node node : folded.nodes()) {
      Node before = convolutions.get(node.name());
      if (before == null || !(node.op() instanceof Op.Conv2d conv)) {
        nodes.add(node);
        continue;
      }
      Node after = Objects.requireNonNull(norms.get(node.name()));
      @Nullable String bias = ((Op.Conv2d) before.op()).bias();
      Op op = new Op.Conv2d(conv.weight(), bias, conv.window(), conv.groups());
      Shape width = Shape.of(folded.parameterShape(conv.weight()).dim(0));
      after.op().parameters().forEach(parameter -> shapes.put(parameter, width));
      if (bias != null) {
        shapes.put(bias, width);
      }
      nodes.add(new Node(before.name(), op, node.inputs()));
      nodes.add(after);
    }
    return with(folded, nodes, shapes);
  }

  /**
   * Returns a network with its graph unfolded; the normalizations scale by 1 and shift by the bias,
   * so that it computes the same.
   *
   * @param original a graph before it was folded, of any widths
   */
  public static Model unfold(Model model, Graph original) {
    Graph graph = unfold(model.graph(), original);
    Map<String, HostTensor> parameters = new LinkedHashMap<>(model.parameters());
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.BatchNorm norm) {
        int width = graph.parameterShape(norm.weight()).dim(0);
        parameters.putIfAbsent(norm.weight(), filled(width, 1));
        parameters.putIfAbsent(norm.runningMean(), filled(width, 0));
        parameters.putIfAbsent(norm.runningVar(), filled(width, (float) (1 - norm.epsilon())));
      }
    }
    // What is left are biases of the convolutions, whose part the shifts have.
    graph
        .parameters()
        .forEach((name, shape) -> parameters.putIfAbsent(name, filled(shape.dim(0), 0)));
    return new Model(graph, parameters);
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

  private static Graph with(Graph graph, List<Node> nodes, Map<String, Shape> shapes) {
    return new Graph(graph.architecture(), graph.inputs(), nodes, graph.outputs(), shapes);
  }

  private static HostTensor filled(int width, float value) {
    float[] values = new float[width];
    Arrays.fill(values, value);
    return HostTensor.wrap(Shape.of(width), values);
  }
}
