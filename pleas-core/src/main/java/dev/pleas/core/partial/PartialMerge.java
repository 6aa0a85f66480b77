package dev.pleas.core.partial;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts networks into one by a block layout. */
public final class PartialMerge {
  private PartialMerge() {}

  /**
   * Returns the merged network before its refit. Separate heads are still one layer, whose outputs
   * are A's and then B's.
   */
  public static Model merge(List<Model> sources, Layouts layouts) {
    Graph graph = graph(sources.get(0).graph(), layouts);
    Map<String, HostTensor> parameters = new LinkedHashMap<>();
    for (String name : graph.parameters().keySet()) {
      BlockLayout outputs = layouts.ofAxis(name, 0);
      boolean vector = graph.parameterShape(name).rank() == 1;
      BlockLayout inputs = vector ? outputs : layouts.ofAxis(name, 1);
      List<HostTensor> parts = sources.stream().map(model -> model.parameter(name)).toList();
      parameters.put(name, InitialWeights.of(parts, outputs, inputs));
    }
    return new Model(graph, parameters);
  }

  /** Returns the graph of the merged network, see {@link #merge}. */
  public static Graph graph(Graph source, Layouts layouts) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    source
        .parameters()
        .forEach(
            (name, shape) -> {
              Shape merged = shape;
              for (int axis = 0; axis < Math.min(2, shape.rank()); axis++) {
                merged = merged.with(axis, layouts.ofAxis(name, axis).width());
              }
              shapes.put(name, merged);
            });
    List<Node> nodes = new ArrayList<>();
    source.nodes().forEach(node -> nodes.add(widened(node, source, layouts)));
    return new Graph(source.architecture(), source.inputs(), nodes, source.outputs(), shapes);
  }

  /** A depthwise convolution has a group for each channel, attention a head for each unit. */
  private static Node widened(Node node, Graph source, Layouts layouts) {
    int channels = source.valueShape(node.name()).dim(0);
    int width = layouts.ofValue(node.name()).width();
    if (node.op() instanceof Op.Conv2d conv && conv.groups() > 1 && conv.groups() == channels) {
      Op op = new Op.Conv2d(conv.weight(), conv.bias(), conv.window(), width);
      return new Node(node.name(), op, node.inputs());
    } else if (node.op() instanceof Op.Attention attention && width != channels) {
      int heads = width / (channels / attention.heads());
      return new Node(node.name(), new Op.Attention(heads, attention.scale()), node.inputs());
    }
    return node;
  }
}
