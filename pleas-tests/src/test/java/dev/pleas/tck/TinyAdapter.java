package dev.pleas.tck;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.ModelAdapter;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Recognises {@code conv0.weight, conv0.bias, conv1.weight, …, head.weight, head.bias} and the
 * passenger {@code steps}: convolutions of 3×3, each with a rectifier, and a linear head.
 */
final class TinyAdapter implements ModelAdapter {
  private static final String FIRST = "conv0.weight";

  /** Returns the tensors of a network. */
  static Map<String, TensorInfo> tensors(int channels, int classes, int... widths) {
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    int in = channels;
    for (int i = 0; i < widths.length; i++) {
      tensors.put("conv" + i + ".weight", AdapterRules.f32(widths[i], in, 3, 3));
      tensors.put("conv" + i + ".bias", AdapterRules.f32(widths[i]));
      in = widths[i];
    }
    tensors.put("head.weight", AdapterRules.f32(classes, in));
    tensors.put("head.bias", AdapterRules.f32(classes));
    tensors.put("steps", AdapterRules.f32());
    return tensors;
  }

  @Override
  public Adaptation adapt(
      Map<String, TensorInfo> tensors, Map<String, String> metadata, Shape input) {
    if (!tensors.containsKey(FIRST)) {
      return new Adaptation.NotRecognized("no " + FIRST);
    }
    int layers = 0;
    while (tensors.containsKey("conv" + layers + ".weight")
        || tensors.containsKey("conv" + layers + ".bias")) {
      layers++;
    }
    Map<String, Shape> parameters = new LinkedHashMap<>();
    List<Node> nodes = new ArrayList<>();
    int channels = first(tensors).dim(1);
    String value = "input";
    for (int i = 0; i < layers; i++) {
      String name = "conv" + i;
      Op op = new Op.Conv2d(name + ".weight", name + ".bias", Window.square(3, 1, 1), 1);
      op.parameters().forEach(p -> parameters.put(p, shape(tensors, p)));
      nodes.add(new Node(name, op, List.of(value)));
      nodes.add(new Node("relu" + i, new Op.Relu(), List.of(name)));
      value = "relu" + i;
    }
    nodes.add(new Node("pool", new Op.GlobalAveragePool(), List.of(value)));
    nodes.add(new Node("head", new Op.Linear("head.weight", "head.bias"), List.of("pool")));
    parameters.put("head.weight", shape(tensors, "head.weight"));
    parameters.put("head.bias", shape(tensors, "head.bias"));
    Set<String> passengers = tensors.containsKey("steps") ? Set.of("steps") : Set.of();
    tensors.forEach(
        (name, info) -> {
          if (!parameters.containsKey(name) && !passengers.contains(name)) {
            throw new ModelException(name + ": a tiny network has no such tensor");
          }
        });
    Shape usual = Shape.of(channels, 8, 8);
    return new Adaptation.Adapted(
        graph(layers, input == null ? usual : input, nodes, parameters), passengers);
  }

  private static Graph graph(
      int layers, Shape input, List<Node> nodes, Map<String, Shape> parameters) {
    try {
      return new Graph(
          "tiny" + layers, Map.of("input", input), nodes, Map.of("logits", "head"), parameters);
    } catch (ShapeException e) {
      throw new ModelException(
          e.getMessage() + " (a tiny network with " + FIRST + " " + parameters.get(FIRST) + ")", e);
    }
  }

  private static Shape first(Map<String, TensorInfo> tensors) {
    Shape first = shape(tensors, FIRST);
    if (first.rank() != 4) {
      throw new ModelException(FIRST + ": expected [*, *, 3, 3], found " + first);
    }
    return first;
  }

  private static Shape shape(Map<String, TensorInfo> tensors, String name) {
    TensorInfo info = tensors.get(name);
    if (info == null) {
      throw new ModelException(name + ": missing");
    }
    return info.shape();
  }
}
