package dev.pleas.models.onnx;

import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.onnx.OnnxNetwork.OnnxNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The product of a matrix and channels, with a bias that ONNX may add afterwards. Where several
 * projections are one in ONNX, as of queries, keys and values, each has rows of the matrix.
 */
final class Projection implements View.Source {
  private final Nodes nodes;
  private final Weights weights;
  private final OnnxNode node;
  private final String input;
  private final Matrix matrix;
  private final @Nullable String bias;
  private @Nullable String value;

  /**
   * A matrix.
   *
   * @param tensor its name
   * @param shape [K, C]
   * @param transposed whether it is stored as [C, K]
   */
  record Matrix(String tensor, Shape shape, boolean transposed) {}

  /**
   * @param node that multiplies
   * @param input value of the graph
   * @param bias tensor of K elements, or null
   */
  Projection(
      Nodes nodes,
      Weights weights,
      OnnxNode node,
      String input,
      Matrix matrix,
      @Nullable String bias) {
    this.nodes = nodes;
    this.weights = weights;
    this.node = node;
    this.input = input;
    this.matrix = matrix;
    this.bias = bias;
  }

  @Override
  public View.@Nullable Source plus(String tensor) {
    return bias == null ? new Projection(nodes, weights, node, input, matrix, tensor) : null;
  }

  @Override
  public String value() throws UnsupportedOperator {
    if (value == null) {
      value = parts(List.of(matrix.shape().dim(0))).get(0).value();
    }
    return value;
  }

  @Override
  public List<View.Source> parts(List<Integer> lengths) throws UnsupportedOperator {
    List<String> rows =
        weights.parts(matrix.tensor(), matrix.shape(), 0, lengths, matrix.transposed());
    @Nullable List<String> biases =
        bias == null
            ? null
            : weights.parts(bias, Shape.of(matrix.shape().dim(0)), 0, lengths, false);
    List<View.Source> parts = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      Op op = new Op.Linear(rows.get(i), biases == null ? null : biases.get(i));
      parts.add(new Once(rows.size() == 1 ? "" : "." + i, op));
    }
    return parts;
  }

  /** A node that is added when it is first needed. */
  private final class Once implements View.Source {
    private final String suffix;
    private final Op op;
    private @Nullable String added;

    Once(String suffix, Op op) {
      this.suffix = suffix;
      this.op = op;
    }

    @Override
    public String value() throws UnsupportedOperator {
      if (added == null) {
        added = nodes.add(node, suffix, op, List.of(input));
      }
      return added;
    }
  }
}
