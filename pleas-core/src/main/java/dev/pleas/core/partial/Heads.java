package dev.pleas.core.partial;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The layers that make a network's outputs. With a shared label space they are merged like any
 * other layer; otherwise each source keeps its own, and the merged network has both outputs, named
 * after the sources.
 */
public final class Heads {
  private Heads() {}

  /**
   * Returns the nodes that make the outputs, which must be linear layers.
   *
   * @throws ConfigurationException if an output is made by something else
   */
  public static Set<String> of(Graph graph) {
    Set<String> heads = new TreeSet<>();
    Map<String, Node> nodes =
        graph.nodes().stream().collect(Collectors.toMap(Node::name, node -> node));
    graph
        .outputs()
        .forEach(
            (output, value) -> {
              Node node = nodes.get(value);
              if (node == null || !(node.op() instanceof Op.Linear)) {
                throw new ConfigurationException(
                    "output "
                        + output
                        + " is made by "
                        + value
                        + ", which is no linear layer: heads can be kept separate only where a linear"
                        + " layer makes the output; use heads = shared");
              }
              heads.add(value);
            });
    return heads;
  }

  /**
   * Splits every head of a merged network into one per source: node and parameters {@code fc}
   * become {@code fc.NAME}, outputs are named after the sources ({@code NAME-OUTPUT} where there
   * were several outputs).
   *
   * @param names of the sources
   */
  public static Model split(Model merged, Layouts layouts, Set<String> heads, List<String> names) {
    Graph graph = merged.graph();
    Map<String, HostTensor> parameters = new LinkedHashMap<>(merged.parameters());
    List<Node> nodes = new ArrayList<>();
    Map<String, String> outputs = new LinkedHashMap<>(graph.outputs());
    outputs.values().removeIf(heads::contains);
    for (Node node : graph.nodes()) {
      if (!(heads.contains(node.name()) && node.op() instanceof Op.Linear head)) {
        nodes.add(node);
        continue;
      }
      head.parameters().forEach(parameters::remove);
      int sizeA = layouts.ofValue(node.name()).sizeA();
      int width = layouts.ofValue(node.name()).width();
      for (int source = 0; source < names.size(); source++) {
        String name = names.get(source);
        int from = source == 0 ? 0 : sizeA;
        int to = source == 0 ? sizeA : width;
        for (String parameter : head.parameters()) {
          parameters.put(rename(parameter, name), rows(merged.parameter(parameter), from, to));
        }
        String bias = head.bias();
        Op.Linear own =
            new Op.Linear(rename(head.weight(), name), bias == null ? null : rename(bias, name));
        nodes.add(new Node(node.name() + "." + name, own, node.inputs()));
        for (Map.Entry<String, String> output : graph.outputs().entrySet()) {
          if (output.getValue().equals(node.name())) {
            String label = graph.outputs().size() == 1 ? name : name + "-" + output.getKey();
            outputs.put(label, node.name() + "." + name);
          }
        }
      }
    }
    Map<String, Shape> shapes = new LinkedHashMap<>();
    parameters.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    return new Model(
        new Graph(graph.architecture(), graph.inputs(), nodes, outputs, shapes), parameters);
  }

  /** {@code fc.weight} of source {@code a} is {@code fc.a.weight}. */
  private static String rename(String parameter, String source) {
    int dot = parameter.lastIndexOf('.');
    return parameter.substring(0, dot + 1) + source + "." + parameter.substring(dot + 1);
  }

  private static HostTensor rows(HostTensor tensor, int from, int to) {
    int row = Math.toIntExact(tensor.shape().elementsFrom(1));
    float[] part = Arrays.copyOfRange(tensor.values(), from * row, to * row);
    return HostTensor.wrap(tensor.shape().with(0, to - from), part);
  }
}
