package dev.pleas.core.symmetry;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.permutation.Axis;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Derives the permutation symmetry of a network by propagating axes through its graph: every
 * operation says which axes of its inputs, result and parameters move together, and a union-find
 * collects them. Axes that reach an input or output of the network are fixed. Written for no
 * architecture in particular (compare the hand-written specs of Git Re-Basin, arXiv:2209.04836).
 */
public final class Symmetry {
  /**
   * Operations that treat all channels alike: whatever order the input's channels have, the
   * result's have the same, if axis 0 of each parameter has it too.
   */
  private static final Set<Class<? extends Op>> ALIKE =
      Set.of(
          Op.BatchNorm.class,
          Op.LayerNorm.class,
          Op.Scale.class,
          Op.Relu.class,
          Op.Gelu.class,
          Op.Add.class,
          Op.MaxPool2d.class,
          Op.GlobalAveragePool.class,
          Op.Flatten.class,
          Op.Prepend.class,
          Op.AddParameter.class,
          Op.SlicePositions.class);

  private final Graph graph;
  private final UnionFind<Object> axes = new UnionFind<>();

  /** The channel axis of a value. */
  private record Channels(String value) {}

  /** Stands for every axis that must stay in place. */
  private enum Fixed {
    AXES
  }

  private Symmetry(Graph graph) {
    this.graph = graph;
  }

  /** Returns the groups of axes that can be permuted without changing what the network computes. */
  public static PermutationSpec derive(Graph graph) {
    return new Symmetry(graph).derive();
  }

  private PermutationSpec derive() {
    graph.inputs().keySet().forEach(input -> tie(Fixed.AXES, new Channels(input)));
    graph.nodes().forEach(this::propagate);
    graph.outputs().values().forEach(value -> tie(Fixed.AXES, new Channels(value)));
    return collect();
  }

  private void propagate(Node node) {
    Channels out = new Channels(node.name());
    Channels in = new Channels(node.inputs().get(0));
    Op op = node.op();
    if (op instanceof Op.Conv2d conv) {
      convolution(conv, in, out);
    } else if (op instanceof Op.Linear linear) {
      tie(new Axis(linear.weight(), 1), in);
      tie(new Axis(linear.weight(), 0), out);
      tieFirstAxis(linear.bias(), out);
    } else if (op instanceof Op.Attention) {
      // Heads could move as wholes, and channels within a head; keeping them in place is always
      // right.
      node.inputs().forEach(input -> tie(Fixed.AXES, new Channels(input)));
      tie(Fixed.AXES, out);
    } else if (ALIKE.contains(op.getClass())) {
      // Axis 1 of a parameter, if it has one, are positions, which belong to no group.
      node.inputs().forEach(input -> tie(new Channels(input), out));
      op.parameters().forEach(parameter -> tieFirstAxis(parameter, out));
    } else {
      throw new IllegalStateException("no symmetry rule for " + op);
    }
  }

  private void convolution(Op.Conv2d conv, Channels in, Channels out) {
    Shape weight = graph.parameterShape(conv.weight());
    tie(new Axis(conv.weight(), 0), out);
    tieFirstAxis(conv.bias(), out);
    if (conv.groups() == 1) {
      tie(new Axis(conv.weight(), 1), in);
    } else if (conv.groups() == weight.dim(0) && weight.dim(1) == 1) {
      tie(in, out); // depthwise: each channel is a unit of its own
    } else {
      // Channels could move within a group and groups as wholes; keeping them in place is always
      // right.
      tie(Fixed.AXES, in);
      tie(Fixed.AXES, out);
      tie(Fixed.AXES, new Axis(conv.weight(), 1));
    }
  }

  private void tieFirstAxis(@Nullable String parameter, Channels out) {
    if (parameter != null) {
      tie(new Axis(parameter, 0), out);
    }
  }

  private void tie(Object a, Object b) {
    axes.union(a, b);
  }

  private PermutationSpec collect() {
    Map<Object, TreeSet<Axis>> axesByRoot = new LinkedHashMap<>();
    Map<Object, List<String>> valuesByRoot = new LinkedHashMap<>();
    graph
        .parameters()
        .forEach(
            (name, shape) -> {
              for (int axis = 0; axis < Math.min(2, shape.rank()); axis++) {
                Object root = axes.find(new Axis(name, axis));
                axesByRoot.computeIfAbsent(root, r -> new TreeSet<>()).add(new Axis(name, axis));
              }
            });
    for (Node node : graph.nodes()) {
      Object root = axes.find(new Channels(node.name()));
      valuesByRoot.computeIfAbsent(root, r -> new ArrayList<>()).add(node.name());
    }
    Object fixed = axes.find(Fixed.AXES);
    List<Group> groups = new ArrayList<>();
    valuesByRoot.forEach(
        (root, values) -> {
          TreeSet<Axis> members = axesByRoot.getOrDefault(root, new TreeSet<>());
          int size = graph.valueShape(values.get(0)).dim(0);
          if (!root.equals(fixed) && members.size() >= 2 && size >= 2) {
            groups.add(new Group(values.get(0), size, members, values));
          }
        });
    return new PermutationSpec(groups);
  }
}
