package dev.pleas.core.symmetry;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.permutation.Axis;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
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
          Op.Tanh.class,
          Op.Sigmoid.class,
          Op.HardSigmoid.class,
          Op.Clip.class,
          Op.Multiply.class,
          Op.Add.class,
          Op.Product.class,
          Op.MaxPool2d.class,
          Op.AveragePool2d.class,
          Op.GlobalAveragePool.class,
          Op.Flatten.class,
          Op.Prepend.class,
          Op.AddParameter.class,
          Op.SlicePositions.class);

  private final Graph graph;
  private final UnionFind<Object> axes = new UnionFind<>();
  private final List<Blocks> blocks = new ArrayList<>();

  /** The channel axis of a value. */
  private record Channels(String value) {}

  /**
   * Two axes that consist of equally many blocks: block i of one belongs to block i of the other,
   * so blocks move together, while inside a block the channels of each axis move on their own.
   */
  private record Blocks(Channels a, Channels b, int count) {}

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
    } else if (op instanceof Op.Attention attention) {
      Channels keys = new Channels(node.inputs().get(1));
      Channels values = new Channels(node.inputs().get(2));
      tie(keys, in);
      tie(values, out);
      blocks.add(new Blocks(in, values, attention.heads()));
    } else if (op instanceof Op.Embed embed) {
      tie(new Axis(embed.weight(), 0), out); // Axis 1 are words, which stay where they are.
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
    Map<Object, SortedSet<Axis>> axesByRoot = new HashMap<>();
    graph
        .parameters()
        .forEach(
            (name, shape) -> {
              for (int axis = 0; axis < Math.min(2, shape.rank()); axis++) {
                Object root = axes.find(new Axis(name, axis));
                axesByRoot.computeIfAbsent(root, r -> new TreeSet<>()).add(new Axis(name, axis));
              }
            });
    UnionFind<Object> together = new UnionFind<>();
    blocks.forEach(pair -> together.union(axes.find(pair.a()), axes.find(pair.b())));
    Map<Object, Set<Integer>> counts = new HashMap<>();
    for (Blocks pair : blocks) {
      Object root = together.find(axes.find(pair.a()));
      counts.computeIfAbsent(root, r -> new HashSet<>()).add(pair.count());
    }
    Map<Object, Map<Object, List<String>>> valuesByGroup = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      Object root = axes.find(new Channels(node.name()));
      valuesByGroup
          .computeIfAbsent(together.find(root), r -> new LinkedHashMap<>())
          .computeIfAbsent(root, r -> new ArrayList<>())
          .add(node.name());
    }
    List<Group> groups = new ArrayList<>();
    valuesByGroup.forEach(
        (root, values) -> {
          Group group = group(values, axesByRoot, counts.get(root));
          if (group != null) {
            groups.add(group);
          }
        });
    return new PermutationSpec(groups);
  }

  /**
   * Returns the group of axes whose blocks move together, or null if they stay in place: because
   * one of them is fixed, or too few parameters have it, or operations cut it into blocks of
   * different numbers (units could move in what these have in common; staying is always right).
   *
   * @param values by axis
   * @param counts numbers of blocks, or null for an axis whose channels move one by one
   */
  private @Nullable Group group(
      Map<Object, List<String>> values,
      Map<Object, SortedSet<Axis>> axesByRoot,
      @Nullable Set<Integer> counts) {
    String name = values.values().iterator().next().get(0);
    int channels = graph.valueShape(name).dim(0);
    int size = counts == null ? channels : counts.iterator().next();
    if (size == 0 || (counts != null && counts.size() > 1)) {
      return null;
    }
    List<Component> components = new ArrayList<>();
    for (Map.Entry<Object, List<String>> axis : values.entrySet()) {
      SortedSet<Axis> members = axesByRoot.getOrDefault(axis.getKey(), new TreeSet<>());
      int width = graph.valueShape(axis.getValue().get(0)).dim(0) / size;
      if (axis.getKey().equals(axes.find(Fixed.AXES)) || members.size() < 2 || width == 0) {
        return null;
      }
      components.add(new Component(width, members, axis.getValue()));
    }
    boolean moves = size >= 2 || components.stream().anyMatch(component -> component.width() >= 2);
    return moves ? new Group(name, size, components) : null;
  }
}
