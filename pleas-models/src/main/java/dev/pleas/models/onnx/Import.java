package dev.pleas.models.onnx;

import static java.util.stream.Collectors.joining;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.onnx.OnnxNetwork.OnnxNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Goes through the nodes of one ONNX model and makes a graph of them. */
final class Import {
  private static final int MOST_SHOWN = 12;

  /** The operators that are known, those on shapes alone included. */
  private static final SortedSet<String> OPERATORS = new TreeSet<>(Translator.OPERATORS);

  static {
    OPERATORS.addAll(TokenTranslator.OPERATORS);
    OPERATORS.addAll(List.of("ConstantOfShape", "Mod"));
  }

  private final OnnxNetwork network;
  private final Map<String, TensorInfo> tensors;
  private final @Nullable Shape wanted;
  private final Weights weights;
  private final Folding folding;
  private final Map<String, Value> values = new LinkedHashMap<>();
  private final Map<String, Unsupported> unsupported = new LinkedHashMap<>();
  private final Set<String> made = new HashSet<>();
  private @Nullable String stuck;

  /** Who translates: operators on images, operators on tokens, and one into the other. */
  private record Translators(Translator images, TokenTranslator tokens, Views views) {}

  /** How often a kind of operator was met, and where first. */
  private record Unsupported(int count, String first) {
    Unsupported again() {
      return new Unsupported(count + 1, first);
    }
  }

  /**
   * @param wanted shape of one input, or null for what the model says
   */
  Import(OnnxNetwork network, Map<String, TensorInfo> tensors, @Nullable Shape wanted) {
    this.network = network;
    this.tensors = tensors;
    this.wanted = wanted;
    this.weights = new Weights(tensors);
    this.folding = new Folding(network.constants(), network.numbers());
  }

  Adaptation run() {
    Inputs inputs = new Inputs(network, wanted);
    Nodes nodes = new Nodes(inputs.name());
    values.putAll(inputs.values(nodes));
    network.nodes().forEach(node -> made.addAll(node.outputs()));
    Views views = new Views(nodes);
    Translators translators =
        new Translators(
            new Translator(nodes, weights, folding),
            new TokenTranslator(inputs, nodes, weights, folding),
            views);
    network.nodes().forEach(node -> translate(translators, node));
    refuseUnsupported();
    Map<String, String> outputs = new LinkedHashMap<>();
    network.outputs().forEach(name -> outputs.put(name, output(views, name)));
    Graph graph =
        new Graph(
            network.name().isBlank() ? "onnx" : network.name(),
            Map.of(inputs.name(), inputs.shape()),
            nodes.all(),
            outputs,
            weights.parameters());
    Set<String> passengers = new HashSet<>(tensors.keySet());
    passengers.removeAll(weights.used());
    return new Adaptation.Adapted(graph, weights.layout(), passengers, List.of());
  }

  private void translate(Translators translators, OnnxNode node) {
    if (node.outputs().isEmpty()) {
      return; // it gives nothing
    }
    List<@Nullable Value> operands = new ArrayList<>();
    node.inputs().forEach(name -> operands.add(values.get(name)));
    List<Value> present = operands.stream().flatMap(Stream::ofNullable).toList();
    if (folding.fold(node, present.isEmpty() ? null : present.get(0).onnxShape())) {
      return;
    }
    @Nullable String missing = null;
    for (int i = 0; i < node.inputs().size(); i++) {
      String name = node.inputs().get(i);
      if (!isKnown(name)) {
        requireMade(node, name);
        // A parameter is repeated for each sample, whatever computes their number.
        boolean needed = i != 1 || !node.operator().equals("Expand");
        missing = needed ? name : missing;
      }
    }
    try {
      boolean repeated = present.isEmpty() && isRepeated(node);
      if (missing == null && (repeated || !present.isEmpty())) {
        put(node, result(translators, node, operands, present));
      } else {
        requireSupported(node); // What it is applied to was not supported.
        if (stuck == null && !present.isEmpty()) {
          stuck = missing + ", which " + node.shown() + " needs";
        }
      }
    } catch (UnsupportedOperator e) {
      String why = String.valueOf(e.getMessage());
      unsupported.merge(
          node.operator() + (why.isEmpty() ? "" : " that " + why),
          new Unsupported(1, node.shown()),
          (before, now) -> before.again());
    }
  }

  /** Whether an operator gives a parameter, or rows of one, for each sample. */
  private boolean isRepeated(OnnxNode node) {
    boolean repeats = node.operator().equals("Expand") || node.operator().equals("Gather");
    return repeats && weights.shape(node.input(0)) != null;
  }

  private static void requireSupported(OnnxNode node) throws UnsupportedOperator {
    if (!OPERATORS.contains(node.operator())) {
      throw new UnsupportedOperator("");
    }
  }

  private static List<Value> result(
      Translators translators, OnnxNode node, List<@Nullable Value> operands, List<Value> present)
      throws UnsupportedOperator {
    requireSupported(node);
    List<Activation> images = new ArrayList<>();
    for (Value value : present) {
      if (value instanceof Activation image) {
        images.add(image);
      }
    }
    boolean first =
        !images.isEmpty()
            && images.size() == present.size()
            && translators.images().isChannelsFirst(node, images);
    if (!first && TokenTranslator.OPERATORS.contains(node.operator())) {
      return translators.tokens().translate(node, operands);
    }
    images.clear();
    for (Value value : present) {
      images.add(translators.views().channelsFirst(node, value));
    }
    return List.of(translators.images().translate(node, images));
  }

  private void put(OnnxNode node, List<Value> results) {
    for (int i = 0; i < results.size(); i++) {
      values.put(node.outputs().get(i), results.get(i));
    }
  }

  private boolean isKnown(String name) {
    return name.isEmpty()
        || values.containsKey(name)
        || folding.number(name) != null
        || folding.get(name) != null
        || tensors.containsKey(name);
  }

  /** Refuses a name that nothing has; one that an unsupported operator gives is told with that. */
  private void requireMade(OnnxNode node, String name) {
    if (!made.contains(name)) {
      throw new ModelException(
          "ONNX: there is no tensor " + name + ", which " + node.shown() + " needs");
    }
  }

  private void refuseUnsupported() {
    if (unsupported.isEmpty()) {
      return;
    }
    StringBuilder message = new StringBuilder("ONNX: operators that are not supported:");
    int shown = 0;
    for (Map.Entry<String, Unsupported> one : unsupported.entrySet()) {
      if (shown++ == MOST_SHOWN) {
        message.append(" … and ").append(unsupported.size() - MOST_SHOWN).append(" kinds more;");
        break;
      }
      message
          .append(shown == 1 ? " " : "; ")
          .append(one.getKey())
          .append(" (")
          .append(one.getValue().count())
          .append(", first ")
          .append(one.getValue().first())
          .append(')');
    }
    throw new ModelException(message + "; supported are " + String.join(", ", OPERATORS));
  }

  /** Returns the value of the graph that an output is: numbers without positions, or tokens. */
  private String output(Views views, String name) {
    @Nullable Value value = values.get(name);
    try {
      if (value instanceof Activation dense
          && dense.parts().size() == 1
          && dense.positions().isEmpty()) {
        return dense.parts().get(0).value();
      } else if (value instanceof View view) {
        return views.output(name, view);
      }
    } catch (UnsupportedOperator e) {
      // refused below
    }
    throw new ModelException(
        "ONNX: output "
            + name
            + ": expected [batch, channels] or [batch, tokens, channels] that an operator gives,"
            + " found "
            + found(value));
  }

  private String found(@Nullable Value value) {
    if (value instanceof Activation dense && dense.parts().size() > 1) {
      return "several values one after another";
    }
    @Nullable List<Long> shape = value == null ? null : value.onnxShape();
    return shape == null
        ? "nothing that is computed" + (stuck == null ? "" : ": not known is " + stuck)
        : "[batch, " + shape.stream().skip(1).map(String::valueOf).collect(joining(", ")) + "]";
  }
}
