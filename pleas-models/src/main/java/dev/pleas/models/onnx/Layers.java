package dev.pleas.models.onnx;

import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.onnx.Activation.Part;
import dev.pleas.models.onnx.OnnxNetwork.OnnxNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Operators with weights: convolutions, products with matrices, and their normalizations. */
final class Layers {
  private final Translator graph;
  private final Weights weights;
  private final Folding folding;
  private final Gates gates;
  private final Images images;

  Layers(Translator graph, Weights weights, Folding folding, Gates gates, Images images) {
    this.graph = graph;
    this.weights = weights;
    this.folding = folding;
    this.gates = gates;
    this.images = images;
  }

  Activation conv(OnnxNode node, Activation given) throws UnsupportedOperator {
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
    Window window = Images.window(node, image, shape.dim(2), shape.dim(3));
    String tensor = Objects.requireNonNull(node.input(1));
    List<String> kernels =
        x.parts().size() == 1
            ? List.of(weights.whole(tensor))
            : weights.parts(tensor, shape, 1, x.split(), false);
    @Nullable String bias = bias(node, 2, shape.dim(0));
    String sum =
        sum(node, x, kernels, bias, (part, first) -> new Op.Conv2d(part, first, window, groups));
    List<Integer> positions =
        List.of(
            window.outputHeight(x.positions().get(0)), window.outputWidth(x.positions().get(1)));
    return new Activation(List.of(new Part(sum, shape.dim(0))), positions, false);
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

  /** Adds a layer for each part of the input, the first of them with the bias, and their sum. */
  private String sum(
      OnnxNode node,
      Activation x,
      List<String> matrices,
      @Nullable String bias,
      BiFunction<String, @Nullable String, Op> layer)
      throws UnsupportedOperator {
    List<String> terms = new ArrayList<>();
    for (int i = 0; i < matrices.size(); i++) {
      Op op = layer.apply(matrices.get(i), i == 0 ? bias : null);
      terms.add(graph.add(node, Translator.suffix(x, i), op, List.of(x.parts().get(i).value())));
    }
    String sum = terms.get(0);
    for (int i = 1; i < terms.size(); i++) {
      sum = graph.add(node, ".sum" + i, new Op.Add(), List.of(sum, terms.get(i)));
    }
    return sum;
  }

  Activation batchNorm(OnnxNode node, Activation x) throws UnsupportedOperator {
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
    return graph.each(
        x,
        (i, part) -> {
          Op norm =
              new Op.BatchNorm(
                  parameters.get(0).get(i),
                  parameters.get(1).get(i),
                  parameters.get(2).get(i),
                  parameters.get(3).get(i),
                  epsilon);
          return graph.add(node, Translator.suffix(x, i), norm, List.of(part.value()));
        });
  }

  /** A number, or the bias after a product of matrices. */
  Activation addConstant(OnnxNode node, Activation x) throws UnsupportedOperator {
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
    String sum =
        graph.add(node, "", new Op.AddParameter(offset), List.of(x.parts().get(0).value()));
    return new Activation(List.of(new Part(sum, x.channels())), List.of(), false);
  }

  Activation gemm(OnnxNode node, Activation x) throws UnsupportedOperator {
    if (node.real("alpha", 1) != 1 || node.real("beta", 1) != 1 || node.number("transA", 0) != 0) {
      throw new UnsupportedOperator("has alpha, beta or transA");
    }
    boolean rowsAreOutputs = node.number("transB", 0) != 0;
    int outputs = weight(node, 1, 2).dim(rowsAreOutputs ? 0 : 1);
    return linear(node, x, !rowsAreOutputs, bias(node, 2, outputs));
  }

  Activation matMul(OnnxNode node, Activation x) throws UnsupportedOperator {
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
    String sum = sum(node, x, matrices, bias, Op.Linear::new);
    return new Activation(List.of(new Part(sum, shape.dim(0))), List.of(), false);
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

  private static UnsupportedOperator misfit(OnnxNode node, int input, Shape shape) {
    return new UnsupportedOperator(
        "has the weight " + node.input(input) + " " + shape + ", which does not fit its input");
  }
}
