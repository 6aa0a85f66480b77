package dev.pleas.api.graph;

import dev.pleas.api.error.ShapeException;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A network as data: nodes in execution order over named parameters. Widths come from the
 * parameters' shapes, never from constants, so a network with odd widths is an ordinary graph.
 * Checked when it is made: names are unique, every input exists and precedes its use, every
 * parameter is there, and all shapes fit. Immutable.
 */
public final class Graph {
  private final String architecture;
  private final Map<String, Shape> inputs;
  private final List<Node> nodes;
  private final Map<String, String> outputs;
  private final Map<String, Shape> parameters;
  private final Map<String, Shape> valueShapes;

  /**
   * Makes a graph and checks it.
   *
   * @param architecture what a person calls it, for instance {@code resnet18}
   * @param inputs input values and their shapes without the batch axis
   * @param nodes in execution order
   * @param outputs output names and the values they are, for instance {@code logits → fc}
   * @param parameters shapes of the parameters by name; those that no node uses are refused
   * @throws ShapeException if names or shapes do not fit, naming the node or parameter
   */
  public Graph(
      String architecture,
      Map<String, Shape> inputs,
      List<Node> nodes,
      Map<String, String> outputs,
      Map<String, Shape> parameters) {
    this.architecture = architecture;
    this.inputs = copy(inputs);
    this.nodes = List.copyOf(nodes);
    this.outputs = copy(outputs);
    this.parameters = copy(parameters);
    this.valueShapes = copy(ShapeInference.infer(this));
    for (Map.Entry<String, String> output : outputs.entrySet()) {
      if (!valueShapes.containsKey(output.getValue())) {
        throw new ShapeException(
            "output " + output.getKey() + " is " + output.getValue() + ", which no node makes");
      }
    }
  }

  private static <V> Map<String, V> copy(Map<String, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  /** Returns what a person calls this network. */
  public String architecture() {
    return architecture;
  }

  /** Returns the input values and their shapes without the batch axis. */
  public Map<String, Shape> inputs() {
    return inputs;
  }

  /** Returns the nodes in execution order. */
  public List<Node> nodes() {
    return nodes;
  }

  /** Returns the output names and the values they are. */
  public Map<String, String> outputs() {
    return outputs;
  }

  /** Returns the shapes of the parameters by name. */
  public Map<String, Shape> parameters() {
    return parameters;
  }

  /** Returns the shape of every value, inputs included, without the batch axis. */
  public Map<String, Shape> valueShapes() {
    return valueShapes;
  }

  /**
   * Returns the shape of a value without the batch axis.
   *
   * @throws IllegalArgumentException if there is no such value
   */
  public Shape valueShape(String value) {
    return lookUp(valueShapes, value, "value");
  }

  /**
   * Returns the shape of a parameter.
   *
   * @throws IllegalArgumentException if there is no such parameter
   */
  public Shape parameterShape(String parameter) {
    return lookUp(parameters, parameter, "parameter");
  }

  /** Returns the only input's name. Throws IllegalStateException if there are several. */
  public String onlyInput() {
    if (inputs.size() != 1) {
      throw new IllegalStateException("the network has several inputs: " + inputs.keySet());
    }
    return inputs.keySet().iterator().next();
  }

  /**
   * Returns how many different ids an input may have, which are 0 and the whole numbers after it;
   * empty if the input is no ids, but numbers of any size.
   */
  public OptionalInt ids(String input) {
    return nodes.stream()
        .filter(node -> node.op() instanceof Op.Embed && node.inputs().contains(input))
        .mapToInt(node -> parameterShape(node.op().parameters().get(0)).dim(1))
        .min();
  }

  /**
   * Returns the same network with parameters of other shapes, for instance after its units were
   * merged.
   *
   * @throws ShapeException if the shapes do not fit
   */
  public Graph withParameters(Map<String, Shape> changed) {
    return new Graph(architecture, inputs, nodes, outputs, changed);
  }

  /**
   * Returns the same network for inputs of another size, for instance images of another resolution.
   * A network with a position embedding takes images of one size only, and texts as long as there
   * are positions.
   *
   * @param shape of the only input, without the batch axis
   * @throws ShapeException if the network cannot take it
   */
  public Graph withInput(Shape shape) {
    Shape present = valueShape(onlyInput());
    for (Node node : nodes) {
      boolean other = !shape.equals(present) && present.rank() > 1;
      if (node.op() instanceof Op.AddParameter embedding && other) {
        throw new ShapeException(
            embedding.weight()
                + ": the position embedding is for inputs "
                + present
                + ", found "
                + shape
                + "; scale or crop the images to that size");
      }
    }
    return new Graph(architecture, Map.of(onlyInput(), shape), nodes, outputs, parameters);
  }

  /**
   * Returns the part of this network that computes {@code wanted} from {@code given}: the nodes
   * that are needed, in order, with the given values as inputs and each wanted value as an output
   * of its own name.
   *
   * @param given values that need not be computed
   * @param wanted values to compute; may contain given ones
   * @throws IllegalArgumentException if a wanted value needs a graph input that is not given
   */
  public Graph between(Iterable<String> given, Iterable<String> wanted) {
    Map<String, Shape> subInputs = new LinkedHashMap<>();
    given.forEach(value -> subInputs.put(value, valueShape(value)));
    java.util.Set<String> needed = new java.util.HashSet<>();
    Map<String, String> subOutputs = new LinkedHashMap<>();
    wanted.forEach(
        value -> {
          needed.add(value);
          subOutputs.put(value, value);
        });
    List<Node> subNodes = new ArrayList<>();
    Map<String, Shape> subParameters = new LinkedHashMap<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      if (needed.contains(node.name()) && !subInputs.containsKey(node.name())) {
        subNodes.add(node);
        needed.addAll(node.inputs());
        node.op().parameters().forEach(p -> subParameters.put(p, parameterShape(p)));
      }
    }
    for (String input : inputs.keySet()) {
      if (needed.contains(input) && !subInputs.containsKey(input)) {
        throw new IllegalArgumentException(
            wanted
                + " cannot be computed from "
                + given
                + " alone: input "
                + input
                + " is missing");
      }
    }
    Collections.reverse(subNodes);
    return new Graph(architecture, subInputs, subNodes, subOutputs, subParameters);
  }

  private static Shape lookUp(Map<String, Shape> map, String name, String what) {
    @Nullable Shape shape = map.get(name);
    if (shape == null) {
      throw new IllegalArgumentException("no " + what + " " + name + "; there are " + map.keySet());
    }
    return shape;
  }
}
