package dev.pleas.models.onnx;

import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.onnx.Activation.Part;
import dev.pleas.models.onnx.OnnxNetwork.OnnxNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Expresses operators of ONNX by operations of a graph, node by node. */
final class Translator {
  /** The operators that it knows, those on shapes alone included. */
  static final TreeSet<String> OPERATORS =
      new TreeSet<>(
          List.of(
              "Add",
              "AveragePool",
              "BatchNormalization",
              "Cast",
              "Clip",
              "Concat",
              "Constant",
              "Conv",
              "Div",
              "Dropout",
              "Flatten",
              "Gather",
              "Gemm",
              "GlobalAveragePool",
              "HardSigmoid",
              "HardSwish",
              "Identity",
              "MatMul",
              "MaxPool",
              "Mul",
              "Pad",
              "ReduceMean",
              "Relu",
              "Reshape",
              "Shape",
              "Sigmoid",
              "Slice",
              "Squeeze",
              "Sub",
              "Tanh",
              "Unsqueeze"));

  private final Nodes nodes;
  private final Weights weights;
  private final Folding folding;
  private final Gates gates;
  private final Images images;

  Translator(Nodes nodes, Weights weights, Folding folding) {
    this.nodes = nodes;
    this.weights = weights;
    this.folding = folding;
    this.gates = new Gates(this, weights, folding);
    this.images = new Images(this, folding);
  }

  /** Returns whether this is an operator on values whose channels are axis 1, as images have. */
  boolean isChannelsFirst(OnnxNode node, List<Activation> values) {
    Activation x = values.get(0);
    boolean vectors = x.positions().isEmpty();
    return switch (node.operator()) {
      case "Add" -> values.size() == 2 || vectors || x.positions().size() == 2;
      case "MatMul" -> vectors;
      case "Reshape", "Squeeze", "Unsqueeze" -> vectors || leavesChannels(node, x);
      case "ReduceMean" -> x.positions().size() == 2 && isOverPositions(node);
      case "Concat" -> node.number("axis", 1) == 1 && values.size() == node.inputs().size();
      case "Gather", "Slice" -> false;
      default -> OPERATORS.contains(node.operator());
    };
  }

  /**
   * Adds what a node computes to the graph.
   *
   * @param values those of its inputs that the graph has
   * @throws UnsupportedOperator if the graph cannot express it
   */
  Activation translate(OnnxNode node, List<Activation> values) throws UnsupportedOperator {
    Activation x = values.get(0);
    return switch (node.operator()) {
      case "Conv" -> conv(node, x);
      case "BatchNormalization" -> batchNorm(node, x);
      case "Relu" -> gates.relu(node, x);
      case "Tanh" -> each(node, x, new Op.Tanh());
      case "MaxPool" -> maxPool(node, x);
      case "AveragePool" -> images.averagePool(node, x);
      case "GlobalAveragePool" -> globalPool(node, x, true);
      case "ReduceMean" -> reduceMean(node, x);
      case "Sigmoid" -> each(node, x, new Op.Sigmoid());
      case "HardSigmoid" -> gates.hardSigmoid(node, x);
      case "HardSwish" -> gates.hardSwish(node, x);
      case "Clip" -> gates.clip(node, x);
      case "Add" -> values.size() == 2 ? add(node, x, values.get(1)) : addConstant(node, x);
      case "Mul" ->
          values.size() == 2 ? gates.multiply(node, x, values.get(1)) : gates.constant(node, x);
      case "Sub", "Div" -> gates.constant(node, requireOne(values));
      case "Gemm" -> gemm(node, requireFirst(node, x));
      case "MatMul" -> matMul(node, requireFirst(node, x));
      case "Concat" -> concat(node, values);
      case "Dropout", "Identity", "Cast" -> x;
      case "Pad" -> images.pad(node, x);
      case "Flatten", "Reshape", "Squeeze", "Unsqueeze" -> reshape(node, x);
      default -> throw new UnsupportedOperator("is applied to activations");
    };
  }

  /** The weight of a product must be its second operand. */
  private Activation requireFirst(OnnxNode node, Activation x) throws UnsupportedOperator {
    if (weights.shape(node.input(0)) != null) {
      throw new UnsupportedOperator("has its weight as the first operand");
    }
    return x;
  }

  private static Activation requireOne(List<Activation> values) throws UnsupportedOperator {
    if (values.size() != 1) {
      throw new UnsupportedOperator("is applied to two activations");
    }
    return values.get(0);
  }

  String add(OnnxNode node, String suffix, Op op, List<String> inputs) throws UnsupportedOperator {
    return nodes.add(node, suffix, op, inputs);
  }

  Activation each(OnnxNode node, Activation x, Op op) throws UnsupportedOperator {
    return each(x, (i, part) -> add(node, suffix(x, i), op, List.of(part.value())));
  }

  /** Makes a value of a part. */
  interface OfPart {
    String apply(int index, Part part) throws UnsupportedOperator;
  }

  /** Does something to each part that keeps its channels and positions. */
  Activation each(Activation x, OfPart change) throws UnsupportedOperator {
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < x.parts().size(); i++) {
      Part part = x.parts().get(i);
      parts.add(new Part(change.apply(i, part), part.channels()));
    }
    return new Activation(parts, x.positions(), x.pooled());
  }

  /** Returns the name of a value that the graph does not have. */
  String defer(Deferred value) {
    return nodes.defer(value);
  }

  /** Returns what a part is instead of a value of the graph, or null. */
  @Nullable Deferred deferred(Part part) {
    return nodes.deferred(part.value());
  }

  /** Returns what its first part is; its parts are of one kind. */
  @Nullable Deferred deferred(Activation x) {
    return deferred(x.parts().get(0));
  }

  static String suffix(Activation x, int part) {
    return x.parts().size() == 1 ? "" : "." + part;
  }

  private Shape weight(OnnxNode node, int input, int rank) throws UnsupportedOperator {
    @Nullable Shape shape = weights.shape(node.input(input));
    if (shape == null) {
      throw new UnsupportedOperator("has a weight that is computed");
    }
    if (shape.rank() != rank) {
      throw misfit(node, input, shape);
    }
    return shape;
  }

  private static UnsupportedOperator misfit(OnnxNode node, int input, Shape shape) {
    return new UnsupportedOperator(
        "has the weight " + node.input(input) + " " + shape + ", which does not fit its input");
  }

  private @Nullable String bias(OnnxNode node, int input, int length) throws UnsupportedOperator {
    @Nullable String name = node.input(input);
    if (name == null) {
      return null;
    }
    @Nullable Shape shape = weights.shape(name);
    if (shape == null) {
      throw new UnsupportedOperator("has a bias that is computed");
    }
    if (!weights.isVector(name, length, 0)) {
      throw misfit(node, input, shape);
    }
    return weights.vector(name, length);
  }

  private Activation conv(OnnxNode node, Activation given) throws UnsupportedOperator {
    Images.Image image = images.image(given);
    Activation x = image.x();
    Shape shape = weight(node, 1, 4);
    int groups = Math.toIntExact(node.number("group", 1));
    if (x.positions().size() != 2) {
      return convPooled(node, x, shape);
    }
    if (groups > 1 && x.parts().size() > 1) {
      throw new UnsupportedOperator("has groups and is applied to a concatenation");
    }
    if (groups < 1 || (long) shape.dim(1) * groups != x.channels()) {
      throw misfit(node, 1, shape);
    }
    List<Long> kernel = List.of((long) shape.dim(2), (long) shape.dim(3));
    boolean asSaid =
        kernel.equals(Objects.requireNonNullElse(node.numbers("kernel_shape"), kernel));
    if (!asSaid || shape.dim(2) < 1 || shape.dim(3) < 1) {
      throw misfit(node, 1, shape);
    }
    Window window = window(node, image, shape.dim(2), shape.dim(3));
    String tensor = Objects.requireNonNull(node.input(1));
    List<String> kernels =
        x.parts().size() == 1
            ? List.of(weights.whole(tensor))
            : weights.parts(tensor, shape, 1, x.split(), false);
    @Nullable String bias = bias(node, 2, shape.dim(0));
    List<String> terms = new ArrayList<>();
    for (int i = 0; i < kernels.size(); i++) {
      Op op = new Op.Conv2d(kernels.get(i), i == 0 ? bias : null, window, groups);
      terms.add(add(node, suffix(x, i), op, List.of(x.parts().get(i).value())));
    }
    List<Integer> positions =
        List.of(
            window.outputHeight(x.positions().get(0)), window.outputWidth(x.positions().get(1)));
    return sum(node, terms, shape.dim(0), positions);
  }

  /** A convolution of one position is a product with a matrix. */
  private Activation convPooled(OnnxNode node, Activation x, Shape kernel)
      throws UnsupportedOperator {
    boolean padded =
        Objects.requireNonNullElse(node.numbers("pads"), List.<Long>of()).stream()
            .anyMatch(pad -> pad != 0);
    if (!x.pooled() || kernel.elementsFrom(2) != 1 || padded || node.number("group", 1) != 1) {
      throw new UnsupportedOperator("has a window or groups and is applied to pooled values");
    }
    Shape matrix = Shape.of(kernel.dim(0), kernel.dim(1));
    Activation y = linear(node, x, matrix, false, bias(node, 2, kernel.dim(0)));
    return new Activation(y.parts(), List.of(), true);
  }

  private Activation sum(OnnxNode node, List<String> terms, int channels, List<Integer> positions)
      throws UnsupportedOperator {
    String sum = terms.get(0);
    for (int i = 1; i < terms.size(); i++) {
      sum = add(node, ".sum" + i, new Op.Add(), List.of(sum, terms.get(i)));
    }
    return new Activation(List.of(new Part(sum, channels)), positions, false);
  }

  static Window window(OnnxNode node, Images.Image image, int height, int width)
      throws UnsupportedOperator {
    Activation x = image.x();
    List<Long> strides = two(node, "strides", 1);
    List<Long> dilations = two(node, "dilations", 1);
    @Nullable List<Long> given = node.numbers("pads");
    List<Long> pads = given == null ? List.of(0L, 0L, 0L, 0L) : given;
    String automatic = node.text("auto_pad", "NOTSET");
    if (!automatic.equals("NOTSET") && !automatic.equals("VALID")) {
      throw new UnsupportedOperator("has auto_pad " + automatic);
    }
    if (pads.size() != 4 || !pads.get(0).equals(pads.get(2)) || !pads.get(1).equals(pads.get(3))) {
      throw new UnsupportedOperator("is padded otherwise before than after");
    }
    try {
      Window window =
          new Window(
              height,
              width,
              Math.toIntExact(strides.get(0)),
              Math.toIntExact(strides.get(1)),
              Math.addExact(Math.toIntExact(pads.get(0)), image.padHeight()),
              Math.addExact(Math.toIntExact(pads.get(1)), image.padWidth()),
              Math.toIntExact(dilations.get(0)),
              Math.toIntExact(dilations.get(1)));
      if (window.outputHeight(x.positions().get(0)) > 0
          && window.outputWidth(x.positions().get(1)) > 0) {
        return window;
      }
    } catch (ArithmeticException | IllegalArgumentException e) {
      // refused below
    }
    throw new UnsupportedOperator("has a window that its input cannot have");
  }

  static List<Long> two(OnnxNode node, String attribute, long otherwise)
      throws UnsupportedOperator {
    @Nullable List<Long> numbers = node.numbers(attribute);
    if (numbers == null) {
      return List.of(otherwise, otherwise);
    }
    if (numbers.size() != 2) {
      throw new UnsupportedOperator("is not over two axes");
    }
    return numbers;
  }

  private Activation batchNorm(OnnxNode node, Activation x) throws UnsupportedOperator {
    if (node.number("training_mode", 0) != 0) {
      throw new UnsupportedOperator("is in training mode");
    }
    List<List<String>> parameters = new ArrayList<>();
    for (int input = 1; input <= 4; input++) {
      Shape shape = weight(node, input, 1);
      if (shape.dim(0) != x.channels()) {
        throw misfit(node, input, shape);
      }
      parameters.add(
          weights.parts(Objects.requireNonNull(node.input(input)), shape, 0, x.split(), false));
    }
    double epsilon = node.real("epsilon", 1e-5f);
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < x.parts().size(); i++) {
      Op norm =
          new Op.BatchNorm(
              parameters.get(0).get(i),
              parameters.get(1).get(i),
              parameters.get(2).get(i),
              parameters.get(3).get(i),
              epsilon);
      Part part = x.parts().get(i);
      parts.add(new Part(add(node, suffix(x, i), norm, List.of(part.value())), part.channels()));
    }
    return new Activation(parts, x.positions(), x.pooled());
  }

  private Activation maxPool(OnnxNode node, Activation x) throws UnsupportedOperator {
    List<Long> kernel = two(node, "kernel_shape", 1);
    if (x.positions().size() != 2 || node.outputs().size() > 1) {
      throw new UnsupportedOperator("gives places, or is applied to pooled values");
    }
    Images.Image image = new Images.Image(x, 0, 0);
    Window window = window(node, image, Math.toIntExact(kernel.get(0)), (int) (long) kernel.get(1));
    return pool(node, x, window, new Op.MaxPool2d(window));
  }

  Activation pool(OnnxNode node, Activation x, Window window, Op op) throws UnsupportedOperator {
    if (node.number("ceil_mode", 0) != 0 && !dividesEvenly(window, x)) {
      throw new UnsupportedOperator("has ceil_mode");
    }
    List<Integer> positions =
        List.of(
            window.outputHeight(x.positions().get(0)), window.outputWidth(x.positions().get(1)));
    return new Activation(each(node, x, op).parts(), positions, false);
  }

  /** Whether windows reach the end, so that rounding up and down give as many. */
  private static boolean dividesEvenly(Window w, Activation x) {
    int height =
        x.positions().get(0) + 2 * w.padHeight() - w.dilationHeight() * (w.kernelHeight() - 1) - 1;
    int width =
        x.positions().get(1) + 2 * w.padWidth() - w.dilationWidth() * (w.kernelWidth() - 1) - 1;
    return height % w.strideHeight() == 0 && width % w.strideWidth() == 0;
  }

  Activation globalPool(OnnxNode node, Activation x, boolean keepsAxes) throws UnsupportedOperator {
    if (x.positions().isEmpty()) {
      throw new UnsupportedOperator("is applied to pooled values");
    }
    Activation pooled = each(node, x, new Op.GlobalAveragePool());
    return new Activation(pooled.parts(), List.of(), keepsAxes);
  }

  private Activation reduceMean(OnnxNode node, Activation x) throws UnsupportedOperator {
    if (x.positions().size() != 2 || !isOverPositions(node)) {
      throw new UnsupportedOperator("is over other axes than height and width");
    }
    return globalPool(node, x, node.number("keepdims", 1) != 0);
  }

  private boolean isOverPositions(OnnxNode node) {
    @Nullable List<Long> axes = folding.axes(node);
    return axes != null
        && axes.stream().map(a -> a < 0 ? a + 4 : a).sorted().toList().equals(List.of(2L, 3L));
  }

  private Activation add(OnnxNode node, Activation x, Activation y) throws UnsupportedOperator {
    if (!x.split().equals(y.split())
        || !x.positions().equals(y.positions())
        || x.pooled() != y.pooled()) {
      throw new UnsupportedOperator("is applied to values of different shapes");
    }
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < x.parts().size(); i++) {
      Part part = x.parts().get(i);
      List<String> both = List.of(part.value(), y.parts().get(i).value());
      parts.add(new Part(add(node, suffix(x, i), new Op.Add(), both), part.channels()));
    }
    return new Activation(parts, x.positions(), x.pooled());
  }

  /** A number, or the bias after a product of matrices. */
  private Activation addConstant(OnnxNode node, Activation x) throws UnsupportedOperator {
    int operand = weights.shape(node.input(0)) == null ? 1 : 0;
    boolean bias = x.positions().isEmpty() && !x.pooled() && x.channels() == 1;
    if (folding.number(node.input(operand)) != null && !bias) {
      return gates.constant(node, x);
    }
    if (!x.positions().isEmpty() || x.pooled() || x.parts().size() > 1) {
      throw new UnsupportedOperator("adds constants to values with positions");
    }
    @Nullable String offset = bias(node, operand, x.channels());
    if (offset == null) {
      throw new UnsupportedOperator("adds nothing");
    }
    String sum = add(node, "", new Op.AddParameter(offset), List.of(x.parts().get(0).value()));
    return new Activation(List.of(new Part(sum, x.channels())), List.of(), false);
  }

  private Activation gemm(OnnxNode node, Activation x) throws UnsupportedOperator {
    if (node.real("alpha", 1) != 1 || node.real("beta", 1) != 1 || node.number("transA", 0) != 0) {
      throw new UnsupportedOperator("has alpha, beta or transA");
    }
    boolean rowsAreOutputs = node.number("transB", 0) != 0;
    int outputs = weight(node, 1, 2).dim(rowsAreOutputs ? 0 : 1);
    return linear(node, x, !rowsAreOutputs, bias(node, 2, outputs));
  }

  private Activation matMul(OnnxNode node, Activation x) throws UnsupportedOperator {
    return linear(node, x, true, null);
  }

  private Activation linear(OnnxNode node, Activation x, boolean transposed, @Nullable String bias)
      throws UnsupportedOperator {
    Shape stored = weight(node, 1, 2);
    Shape shape = transposed ? Shape.of(stored.dim(1), stored.dim(0)) : stored;
    if (!x.positions().isEmpty() || x.pooled()) {
      throw new UnsupportedOperator("is applied to values with positions");
    }
    return linear(node, x, shape, transposed, bias);
  }

  private Activation linear(
      OnnxNode node, Activation x, Shape shape, boolean transposed, @Nullable String bias)
      throws UnsupportedOperator {
    if (shape.dim(1) != x.channels()) {
      throw misfit(node, 1, Objects.requireNonNull(weights.shape(node.input(1))));
    }
    List<String> matrices =
        weights.parts(Objects.requireNonNull(node.input(1)), shape, 1, x.split(), transposed);
    List<String> terms = new ArrayList<>();
    for (int i = 0; i < matrices.size(); i++) {
      Op op = new Op.Linear(matrices.get(i), i == 0 ? bias : null);
      terms.add(add(node, suffix(x, i), op, List.of(x.parts().get(i).value())));
    }
    return sum(node, terms, shape.dim(0), List.of());
  }

  private Activation concat(OnnxNode node, List<Activation> values) throws UnsupportedOperator {
    Activation first = values.get(0);
    int rank = first.onnxShape().size();
    long axis = node.number("axis", 1);
    if ((axis < 0 ? axis + rank : axis) != 1 || values.size() != node.inputs().size()) {
      throw new UnsupportedOperator("is not of channels");
    }
    List<Part> parts = new ArrayList<>();
    for (Activation value : values) {
      if (!value.positions().equals(first.positions()) || value.pooled() != first.pooled()) {
        throw new UnsupportedOperator("is applied to values of different shapes");
      }
      @Nullable Deferred unmade = deferred(value);
      if (unmade != null) {
        throw new UnsupportedOperator("is applied to " + unmade.shown());
      }
      parts.addAll(value.parts());
    }
    return new Activation(parts, first.positions(), first.pooled());
  }

  /** Drops axes of length 1, puts them behind a vector, or changes nothing. */
  private Activation reshape(OnnxNode node, Activation x) throws UnsupportedOperator {
    if (node.operator().equals("Unsqueeze") && x.positions().isEmpty() && !x.pooled()) {
      return unsqueeze(node, x);
    }
    if (node.operator().equals("Reshape")
        && x.positions().isEmpty()
        && isPosition(folding.get(node.input(1)), x.channels())) {
      return new Activation(x.parts(), List.of(), true);
    }
    if (!leavesChannels(node, x)) {
      throw new UnsupportedOperator("does not end in [batch, channels]");
    }
    if (x.positions().isEmpty()) {
      return new Activation(x.parts(), List.of(), false);
    }
    return globalPool(node, x, false); // of a single position
  }

  private Activation unsqueeze(OnnxNode node, Activation x) throws UnsupportedOperator {
    boolean begun = deferred(x) instanceof Deferred.Unsqueezed;
    int rank = begun ? 4 : 2 + Objects.requireNonNullElse(folding.axes(node), List.of()).size();
    @Nullable List<Long> axes = folding.axes(node);
    List<Long> behind =
        axes == null ? List.of() : axes.stream().map(a -> a < 0 ? a + rank : a).sorted().toList();
    if (begun && (behind.equals(List.of(2L)) || behind.equals(List.of(3L)))) {
      Activation vector = each(x, (i, part) -> Objects.requireNonNull(deferred(part)).value());
      return new Activation(vector.parts(), List.of(), true);
    } else if (deferred(x) == null && behind.equals(List.of(2L))) {
      return each(x, (i, part) -> defer(new Deferred.Unsqueezed(part.value())));
    } else if (deferred(x) == null && behind.equals(List.of(2L, 3L))) {
      return new Activation(x.parts(), List.of(), true);
    }
    throw new UnsupportedOperator("does not put two axes behind [batch, channels]");
  }

  /** Whether a shape is [batch, channels, 1, 1]; 0 stays as it is, −1 is what is left. */
  private static boolean isPosition(@Nullable List<Long> shape, int channels) {
    return shape != null
        && shape.size() == 4
        && shape.subList(2, 4).equals(List.of(1L, 1L))
        && isBatchAndChannels(shape.subList(0, 2), channels);
  }

  /** Whether the result is [batch, channels], without having taken positions for channels. */
  private boolean leavesChannels(OnnxNode node, Activation x) {
    boolean single = x.positions().stream().allMatch(length -> length == 1);
    boolean axes = x.pooled() || !x.positions().isEmpty();
    return switch (node.operator()) {
      case "Flatten" -> single && node.number("axis", 1) == 1;
      case "Squeeze" -> {
        @Nullable List<Long> dropped = folding.axes(node);
        yield single
            && axes
            && dropped != null
            && dropped.stream()
                .map(a -> a < 0 ? a + 4 : a)
                .sorted()
                .toList()
                .equals(List.of(2L, 3L));
      }
      case "Reshape" -> single && isBatchAndChannels(folding.get(node.input(1)), x.channels());
      default -> false;
    };
  }

  /** Whether a shape is [batch, channels]; 0 stays as it is, −1 is what is left. */
  private static boolean isBatchAndChannels(@Nullable List<Long> shape, int channels) {
    if (shape == null || shape.size() != 2) {
      return false;
    }
    long batch = shape.get(0);
    long width = shape.get(1);
    boolean fixed = width == channels || (width == 0 && batch != -1);
    return (batch == Folding.BATCH || batch == 0 || batch == -1 || batch == 1)
        && (fixed || (width == -1 && batch != -1));
  }
}
