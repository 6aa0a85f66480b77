package dev.pleas.api.graph;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An operation of a {@link Graph}, with the names of its parameters. Semantics are PyTorch's in
 * inference mode. Shapes include the batch axis N.
 */
public sealed interface Op {
  /** Returns the names of the parameters, in the order of the record's components. */
  default List<String> parameters() {
    return List.of();
  }

  /**
   * 2-D cross-correlation: one input [N, C, H, W] to [N, K, H', W'].
   *
   * @param weight [K, C / groups, kernelHeight, kernelWidth]
   * @param bias [K], or null
   * @param window kernel, stride, padding, dilation
   * @param groups divides C and K
   */
  record Conv2d(String weight, @Nullable String bias, Window window, int groups) implements Op {
    @Override
    public List<String> parameters() {
      return bias == null ? List.of(weight) : List.of(weight, bias);
    }
  }

  /**
   * Affine map of the last axis, y = x·Wᵀ + b: one input [N, C] to [N, K].
   *
   * @param weight [K, C]
   * @param bias [K], or null
   */
  record Linear(String weight, @Nullable String bias) implements Op {
    @Override
    public List<String> parameters() {
      return bias == null ? List.of(weight) : List.of(weight, bias);
    }
  }

  /**
   * Batch normalization in inference, per channel c of axis 1: (x − runningMean[c]) /
   * √(runningVar[c] + epsilon) · weight[c] + bias[c].
   *
   * @param weight scale, [C]
   * @param bias shift, [C]
   * @param runningMean [C]
   * @param runningVar [C]
   * @param epsilon added to the variance, positive
   */
  record BatchNorm(
      String weight, String bias, String runningMean, String runningVar, double epsilon)
      implements Op {
    @Override
    public List<String> parameters() {
      return List.of(weight, bias, runningMean, runningVar);
    }
  }

  /** max(x, 0) for each element; NaN stays NaN. */
  record Relu() implements Op {}

  /** The sum of two inputs of equal shape. */
  record Add() implements Op {}

  /**
   * The largest element in each window; padding never wins: [N, C, H, W] to [N, C, H', W'].
   *
   * @param window kernel, stride, padding (at most half the kernel), dilation
   */
  record MaxPool2d(Window window) implements Op {}

  /** The mean over all positions: [N, C, H, W] to [N, C]. */
  record GlobalAveragePool() implements Op {}
}
