package dev.pleas.models.onnx;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.onnx.Activation.Part;
import dev.pleas.models.onnx.OnnxNetwork.Input;
import dev.pleas.models.onnx.OnnxNetwork.OnnxNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Goes through the nodes of one ONNX model and makes a graph of them. */
final class Import {
  private static final int MOST_SHOWN = 12;

  private final OnnxNetwork network;
  private final Map<String, TensorInfo> tensors;
  private final @Nullable Shape wanted;
  private final Weights weights;
  private final Folding folding;
  private final Map<String, Activation> values = new LinkedHashMap<>();
  private final Map<String, Unsupported> unsupported = new LinkedHashMap<>();
  private final Set<String> made = new HashSet<>();

  /** Names of weights by other names that they have. */
  private final Map<String, String> same = new HashMap<>();

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
    Input input = onlyInput();
    Shape shape = shape(input);
    values.put(
        input.name(),
        new Activation(
            List.of(new Part(input.name(), shape.dim(0))),
            List.of(shape.dim(1), shape.dim(2)),
            false));
    network.nodes().forEach(node -> made.addAll(node.outputs()));
    Translator translator = new Translator(input.name(), weights, folding);
    for (OnnxNode node : network.nodes()) {
      translate(translator, renamed(node));
    }
    refuseUnsupported();
    Map<String, String> outputs = new LinkedHashMap<>();
    network.outputs().forEach(name -> outputs.put(name, output(name)));
    Graph graph =
        new Graph(
            network.name().isBlank() ? "onnx" : network.name(),
            Map.of(input.name(), shape),
            translator.nodes(),
            outputs,
            weights.parameters());
    Set<String> passengers = new HashSet<>(tensors.keySet());
    passengers.removeAll(weights.used());
    return new Adaptation.Adapted(graph, weights.layout(), passengers, List.of());
  }

  /** A weight that goes through an Identity, as those of equal layers do, is that weight. */
  private OnnxNode renamed(OnnxNode node) {
    List<String> inputs =
        node.inputs().stream().map(name -> same.getOrDefault(name, name)).toList();
    if (node.operator().equals("Identity") && tensors.containsKey(inputs.get(0))) {
      same.put(node.outputs().get(0), inputs.get(0));
    }
    return new OnnxNode(node.name(), node.operator(), inputs, node.outputs(), node.attributes());
  }

  private Input onlyInput() {
    if (network.inputs().size() != 1) {
      throw new ModelException(
          "ONNX: expected a model with one input, images, found "
              + network.inputs().stream().map(Input::name).toList());
    }
    return network.inputs().get(0);
  }

  private Shape shape(Input input) {
    List<Long> dims = input.dims();
    if (dims.size() != 4) {
      throw new ModelException(
          "ONNX: input "
              + input.name()
              + ": expected [batch, channels, height, width], found "
              + dims
              + " (-1: any length)");
    }
    if (wanted != null) {
      boolean fits = wanted.rank() == 3 && (dims.get(1) < 1 || dims.get(1) == wanted.dim(0));
      if (!fits || wanted.elements() == 0) {
        throw new ModelException(
            "ONNX: input " + input.name() + ": expected " + dims + " (-1: any), found " + wanted);
      }
      return wanted;
    }
    int[] lengths = new int[3];
    for (int i = 0; i < lengths.length; i++) {
      long length = dims.get(i + 1);
      if (length < 1 || length > Integer.MAX_VALUE) {
        throw new ModelException(
            "ONNX: input "
                + input.name()
                + " has an axis of any length, "
                + dims
                + "; it is known by the images: name some (--data), or save the model with a fixed"
                + " size");
      }
      lengths[i] = (int) length;
    }
    return Shape.of(lengths);
  }

  private void translate(Translator translator, OnnxNode node) {
    if (node.outputs().isEmpty()) {
      return; // it gives nothing
    }
    List<Activation> inputs = new ArrayList<>();
    for (String name : node.inputs()) {
      @Nullable Activation value = values.get(name);
      if (value != null) {
        inputs.add(value);
      }
    }
    @Nullable List<Long> shape = inputs.isEmpty() ? null : withBatch(inputs.get(0));
    if (folding.fold(node, shape)) {
      return;
    }
    boolean known = true;
    for (String name : node.inputs()) {
      if (!isKnown(name)) {
        requireMade(node, name);
        known = false;
      }
    }
    try {
      if (known && !inputs.isEmpty()) {
        Activation result = translator.translate(node, inputs);
        values.put(node.outputs().get(0), result);
      } else {
        translator.requireSupported(node); // What it is applied to was not supported.
      }
    } catch (UnsupportedOperator e) {
      String why = String.valueOf(e.getMessage());
      unsupported.merge(
          node.operator() + (why.isEmpty() ? "" : " that " + why),
          new Unsupported(1, node.shown()),
          (before, now) -> before.again());
    }
  }

  private boolean isKnown(String name) {
    return name.isEmpty()
        || values.containsKey(name)
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

  private static List<Long> withBatch(Activation value) {
    List<Long> shape = new ArrayList<>(List.of(Folding.BATCH));
    shape.addAll(value.onnxShape());
    return shape;
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
    throw new ModelException(
        message + "; supported are " + String.join(", ", Translator.OPERATORS));
  }

  /** Returns the value of the graph that an output is: numbers without positions. */
  private String output(String name) {
    @Nullable Activation value = values.get(name);
    if (value == null || value.parts().size() != 1 || !value.positions().isEmpty()) {
      throw new ModelException(
          "ONNX: output "
              + name
              + ": expected [batch, channels] that an operator gives, found "
              + (value == null
                  ? "nothing that is computed"
                  : value.parts().size() > 1
                      ? "several values one after another"
                      : "[batch, channels, " + value.positions() + "]"));
    }
    return value.parts().get(0).value();
  }
}
