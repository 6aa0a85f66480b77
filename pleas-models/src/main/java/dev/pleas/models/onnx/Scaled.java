package dev.pleas.models.onnx;

import dev.pleas.api.graph.Op;
import dev.pleas.models.onnx.OnnxNetwork.OnnxNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A layer normalization, or with no epsilon a scale: a factor per channel, and then a bias. */
final class Scaled implements View.Source {
  private final Nodes nodes;
  private final OnnxNode node;
  private final Weights weights;
  private final int channels;
  private final String input;
  private final String weight;
  private final double epsilon;
  private final @Nullable String bias;
  private @Nullable String value;

  /**
   * @param node that multiplies
   * @param channels of the value
   * @param input what is normalized, a value of the graph
   * @param weight tensor of the factors
   * @param epsilon of the normalization; 0 if there is none
   * @param bias tensor, or null
   */
  Scaled(
      Nodes nodes,
      Weights weights,
      OnnxNode node,
      int channels,
      String input,
      String weight,
      double epsilon,
      @Nullable String bias) {
    this.nodes = nodes;
    this.weights = weights;
    this.node = node;
    this.channels = channels;
    this.input = input;
    this.weight = weight;
    this.epsilon = epsilon;
    this.bias = bias;
  }

  @Override
  public View.@Nullable Source plus(String tensor) {
    return bias == null && epsilon > 0
        ? new Scaled(nodes, weights, node, channels, input, weight, epsilon, tensor)
        : null;
  }

  @Override
  public String value() throws UnsupportedOperator {
    if (value == null) {
      String factors = weights.vector(weight, channels);
      @Nullable String shift = bias == null ? null : weights.vector(bias, channels);
      Op op = epsilon > 0 ? new Op.LayerNorm(factors, shift, epsilon) : new Op.Scale(factors);
      value = nodes.add(node, "", op, List.of(input));
    }
    return value;
  }
}
