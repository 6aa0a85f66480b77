package dev.pleas.core.partial;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Model;
import dev.pleas.api.model.ParameterLayout;
import dev.pleas.api.model.ParameterLayout.Packed;
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

  /** Operations by which an output may be made of linear layers. */
  private static final Set<Class<? extends Op>> BETWEEN =
      Set.of(Op.Add.class, Op.Multiply.class, Op.Tanh.class);

  /**
   * Returns the nodes that make the outputs: linear layers, and what is done to their results, unit
   * by unit, where several of them make one output.
   *
   * @throws ConfigurationException if an output is made by something else
   */
  public static Set<String> of(Graph graph) {
    Map<String, Node> nodes =
        graph.nodes().stream().collect(Collectors.toMap(Node::name, node -> node));
    Set<String> heads = new TreeSet<>();
    graph.outputs().forEach((output, value) -> collect(output, value, nodes, heads));
    return heads;
  }

  private static void collect(
      String output, String value, Map<String, Node> nodes, Set<String> heads) {
    Node node = nodes.get(value);
    heads.add(value);
    if (node != null && BETWEEN.contains(node.op().getClass())) {
      node.inputs().forEach(input -> collect(output, input, nodes, heads));
    } else if (node == null || !(node.op() instanceof Op.Linear)) {
      throw new ConfigurationException(
          "output "
              + output
              + " is made by "
              + value
              + ", which is no linear layer: heads can be kept separate only where a linear"
              + " layer makes the output; use heads = shared");
    }
  }

  /**
   * Splits every head of a merged network into one per source: node and parameters {@code fc}
   * become {@code fc.NAME}, outputs are named after the sources ({@code NAME-OUTPUT} where there
   * were several outputs).
   *
   * @param names of the sources
   */
  public static Model split(Model merged, Layouts layouts, Set<String> heads, List<String> names) {
    Map<String, HostTensor> parameters = new LinkedHashMap<>(merged.parameters());
    for (Node node : merged.graph().nodes()) {
      for (String parameter :
          heads.contains(node.name()) ? node.op().parameters() : List.<String>of()) {
        parameters.remove(parameter);
        int to = 0;
        for (int source = 0; source < names.size(); source++) {
          int from = to;
          to += layouts.ofValue(node.name()).size(source);
          HostTensor rows = rows(merged.parameter(parameter), from, to);
          parameters.put(nameOf(parameter, names.get(source)), rows);
        }
      }
    }
    return new Model(split(merged.graph(), layouts, heads, names), parameters);
  }

  /** Returns the graph of the network whose heads are split, likewise. */
  public static Graph split(Graph graph, Layouts layouts, Set<String> heads, List<String> names) {
    Map<String, Shape> shapes = new LinkedHashMap<>(graph.parameters());
    List<Node> nodes = new ArrayList<>();
    Map<String, String> outputs = new LinkedHashMap<>(graph.outputs());
    outputs.values().removeIf(heads::contains);
    for (Node node : graph.nodes()) {
      if (!heads.contains(node.name())) {
        nodes.add(node);
        continue;
      }
      node.op().parameters().forEach(shapes::remove);
      for (int source = 0; source < names.size(); source++) {
        String name = names.get(source);
        int rows = layouts.ofValue(node.name()).size(source);
        for (String parameter : node.op().parameters()) {
          shapes.put(nameOf(parameter, name), graph.parameterShape(parameter).with(0, rows));
        }
        List<String> inputs =
            node.inputs().stream().map(in -> heads.contains(in) ? in + "." + name : in).toList();
        nodes.add(new Node(node.name() + "." + name, own(node.op(), name), inputs));
        for (Map.Entry<String, String> output : graph.outputs().entrySet()) {
          if (output.getValue().equals(node.name())) {
            String label = graph.outputs().size() == 1 ? name : name + "-" + output.getKey();
            outputs.put(label, node.name() + "." + name);
          }
        }
      }
    }
    return new Graph(graph.architecture(), graph.inputs(), nodes, outputs, shapes);
  }

  private static Op own(Op op, String source) {
    if (op instanceof Op.Linear head) {
      String bias = head.bias();
      return new Op.Linear(
          nameOf(head.weight(), source), bias == null ? null : nameOf(bias, source));
    }
    return op;
  }

  /**
   * Returns how the heads' parameters are stored where those of the sources are stored by {@code
   * layout}: a tensor that holds parameters of a head becomes one of each source, named likewise.
   *
   * @param parameters names of the split network's
   * @param names of the sources
   */
  public static ParameterLayout split(
      ParameterLayout layout, Set<String> parameters, List<String> names) {
    List<Packed> packed = new ArrayList<>();
    for (Packed one : layout.packed()) {
      if (parameters.containsAll(one.parameters())) {
        packed.add(one);
        continue;
      }
      for (String name : names) {
        packed.add(
            new Packed(
                nameOf(one.tensor(), name),
                one.parameters().stream().map(parameter -> nameOf(parameter, name)).toList(),
                one.axis(),
                one.transposed(),
                one.rank()));
      }
    }
    return new ParameterLayout(packed);
  }

  /** {@code fc.weight} of source {@code a} is {@code fc.a.weight}. */
  private static String nameOf(String parameter, String source) {
    int dot = parameter.lastIndexOf('.');
    return parameter.substring(0, dot + 1) + source + "." + parameter.substring(dot + 1);
  }

  private static HostTensor rows(HostTensor tensor, int from, int to) {
    int row = Math.toIntExact(tensor.shape().elementsFrom(1));
    float[] part = Arrays.copyOfRange(tensor.values(), from * row, to * row);
    return HostTensor.wrap(tensor.shape().with(0, to - from), part);
  }
}
