package dev.pleas.models.vit;

import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.model.ParameterLayout;
import dev.pleas.api.model.ParameterLayout.Packed;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.view.TensorView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The graph of a vision transformer as it grows, under canonical names, with account of the tensors
 * that hold its parameters.
 */
final class VitParts {
  final List<Node> nodes = new ArrayList<>();
  private final Map<String, Shape> parameters = new LinkedHashMap<>();
  private final List<Packed> packed = new ArrayList<>();
  private final TensorView view;
  private final double epsilon;

  VitParts(TensorView view, double epsilon) {
    this.view = view;
    this.epsilon = epsilon;
  }

  ParameterLayout layout() {
    return new ParameterLayout(packed);
  }

  /** Returns the parameters in the order of the nodes, which is the same for every layout. */
  Map<String, Shape> inOrder() {
    Map<String, Shape> ordered = new LinkedHashMap<>();
    for (Node node : nodes) {
      node.op().parameters().forEach(name -> ordered.put(name, shape(name)));
    }
    return ordered;
  }

  /** Returns the shape of a parameter that a node before has. */
  Shape shape(String parameter) {
    return Objects.requireNonNull(parameters.get(parameter), parameter);
  }

  /** Appends a node and returns its name. */
  String node(String name, Op op, String... inputs) {
    nodes.add(new Node(name, op, List.of(inputs)));
    return name;
  }

  /** Appends the convolution that embeds patches, and returns its weight's shape. */
  Shape patches(String module, String input) {
    Shape weight = view.use(module + ".weight", -1, -1, -1, -1);
    int width = weight.dim(0);
    Window window =
        new Window(weight.dim(2), weight.dim(3), weight.dim(2), weight.dim(3), 0, 0, 1, 1);
    hold("patch.weight", view.fullName(module + ".weight"), weight, 4);
    @Nullable String bias = bias("patch", view, module, width);
    node("patch", new Op.Conv2d("patch.weight", bias, window, 1), input);
    return weight;
  }

  /** Appends a linear layer. */
  String linear(String name, String module, int in, int out, String x) {
    TensorView own = viewOf(module);
    Shape weight = own.use(module + ".weight", out, in);
    hold(name + ".weight", own.fullName(module + ".weight"), weight, 2);
    @Nullable String bias = bias(name, own, module, weight.dim(0));
    return node(name, new Op.Linear(name + ".weight", bias), x);
  }

  /** Appends a linear layer whose stored weight is its transpose, without bias. */
  String transposed(String name, String tensor, int in, String x) {
    Shape stored = view.use(tensor, in, -1);
    parameters.put(name + ".weight", Shape.of(stored.dim(1), in));
    packed.add(new Packed(view.fullName(tensor), List.of(name + ".weight"), 0, true, 2));
    return node(name, new Op.Linear(name + ".weight", null), x);
  }

  /**
   * Appends linear layers whose weights one tensor holds, one after another.
   *
   * @param axis 0 where it holds rows for each, 1 where columns
   * @param expected shape of the tensor, −1 where any length will do
   * @return the parts' shape
   */
  Shape shared(List<String> parameters, String tensor, int axis, int... expected) {
    TensorView own = view.having(tensor);
    Shape stored = own.use(tensor, expected);
    int count = parameters.size();
    if (stored.dim(axis) % count != 0) {
      int[] wanted = Arrays.stream(stored.dims()).toArray();
      wanted[axis] = stored.dim(axis) / count * count;
      throw own.misfit(tensor, wanted, "it holds " + count + " parts of equal size");
    }
    Shape part = stored.with(axis, stored.dim(axis) / count);
    parameters.forEach(name -> this.parameters.put(name, part));
    packed.add(new Packed(own.fullName(tensor), parameters, axis, false, stored.rank()));
    return part;
  }

  /** Appends a layer normalization. */
  String layerNorm(String name, String module, int width, String x) {
    TensorView own = viewOf(module);
    Shape weight = own.use(module + ".weight", width);
    hold(name + ".weight", own.fullName(module + ".weight"), weight, 1);
    @Nullable String bias = bias(name, own, module, width);
    return node(name, new Op.LayerNorm(name + ".weight", bias, epsilon), x);
  }

  /** Appends a layer scale, if there is such a tensor. */
  String scaleIfThere(String name, @Nullable String tensor, int width, String x) {
    if (tensor == null || !view.has(tensor)) {
      return x;
    }
    hold(name, view.fullName(tensor), view.use(tensor, width), 1);
    return node(name, new Op.Scale(name), x);
  }

  /**
   * Takes a tensor of tokens: [1, tokens, width], [tokens, width], or [width] for one.
   *
   * @param tokens how many, or −1 for any number
   * @return their number; the parameter is [width, tokens]
   */
  int tokens(String name, String tensor, int tokens, int width) {
    int rank = view.info(tensor).shape().rank();
    int[] expected =
        rank == 1
            ? new int[] {width}
            : rank == 2 ? new int[] {tokens, width} : new int[] {1, tokens, width};
    Shape stored = view.use(tensor, expected);
    int count = rank == 1 ? 1 : stored.dim(rank - 2);
    parameters.put(name, Shape.of(width, count));
    packed.add(new Packed(view.fullName(tensor), List.of(name), 0, true, rank));
    return count;
  }

  /** The view that has anything of a module, here or beside the backbone. */
  private TensorView viewOf(String module) {
    TensorView weight = view.having(module + ".weight");
    return weight.has(module + ".weight") ? weight : view.having(module + ".bias");
  }

  private @Nullable String bias(String name, TensorView own, String module, int length) {
    if (!own.has(module + ".bias")) {
      return null;
    }
    hold(name + ".bias", own.fullName(module + ".bias"), own.use(module + ".bias", length), 1);
    return name + ".bias";
  }

  /** Notes that a tensor is a parameter as it is. */
  private void hold(String parameter, String tensor, Shape shape, int rank) {
    parameters.put(parameter, shape);
    if (!parameter.equals(tensor)) {
      packed.add(Packed.renamed(tensor, parameter, rank));
    }
  }
}
