package dev.pleas.api.graph;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An operation of a {@link Graph}, with the names of its parameters. Semantics are PyTorch's in
 * inference mode. Shapes include the batch axis N. Channels are always axis 1, for the tokens of a
 * transformer too: [N, C, T] for T tokens of C features, where PyTorch has [N, T, C]. The axes
 * after the second are positions.
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
   * Affine map of the channels, the same at every position, y = W·x + b: one input [N, C, …] to [N,
   * K, …].
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

  /**
   * Layer normalization over the channels of each sample and position: (x − mean) / √(variance +
   * epsilon) · weight[c] + bias[c], with the mean and the (biased) variance of the C channels.
   *
   * @param weight scale, [C]
   * @param bias shift, [C], or null
   * @param epsilon added to the variance, positive
   */
  record LayerNorm(String weight, @Nullable String bias, double epsilon) implements Op {
    @Override
    public List<String> parameters() {
      return bias == null ? List.of(weight) : List.of(weight, bias);
    }
  }

  /**
   * x · weight[c]: each channel of axis 1 times a factor of its own, as the layer scale of
   * transformers.
   *
   * @param weight [C]
   */
  record Scale(String weight) implements Op {
    @Override
    public List<String> parameters() {
      return List.of(weight);
    }
  }

  /** max(x, 0) for each element; NaN stays NaN. */
  record Relu() implements Op {}

  /** The hyperbolic tangent of each element. */
  record Tanh() implements Op {}

  /** The logistic function of each element, 1 / (1 + exp(−x)). */
  record Sigmoid() implements Op {}

  /**
   * max(0, min(1, slope · x + offset)) for each element; NaN stays NaN. In MobileNetV3 slope and
   * offset are 1/6 and 1/2.
   *
   * @param slope finite
   * @param offset finite
   */
  record HardSigmoid(double slope, double offset) implements Op {
    /** Checks the numbers. */
    public HardSigmoid {
      if (!Double.isFinite(slope) || !Double.isFinite(offset)) {
        throw new IllegalArgumentException("slope " + slope + ", offset " + offset);
      }
    }
  }

  /**
   * min(max(x, low), high) for each element; NaN stays NaN.
   *
   * @param low at most {@code high}; −∞ is no bound
   * @param high ∞ is no bound
   */
  record Clip(double low, double high) implements Op {
    /** Checks the bounds. */
    public Clip {
      if (!(low <= high)) {
        throw new IllegalArgumentException("bounds " + low + " and " + high);
      }
    }
  }

  /**
   * factor · x for each element.
   *
   * @param factor finite
   */
  record Multiply(double factor) implements Op {
    /** Checks the factor. */
    public Multiply {
      if (!Double.isFinite(factor)) {
        throw new IllegalArgumentException("factor " + factor);
      }
    }
  }

  /** The Gaussian error linear unit of each element. */
  record Gelu(Gelu.Form form) implements Op {
    /** The function that is meant. */
    public enum Form {
      /** x · Φ(x), with the distribution function of the normal distribution. */
      EXACT,
      /** x/2 · (1 + tanh(√(2/π) · (x + 0.044715·x³))). */
      TANH,
      /** x / (1 + exp(−1.702·x)), as in CLIP. */
      QUICK
    }
  }

  /**
   * Scaled dot-product attention in several heads: three inputs, queries [N, heads·d, T], keys [N,
   * heads·d, S] and values [N, heads·e, S], S &gt; 0, to [N, heads·e, T]. Head h has channels h·d
   * to (h+1)·d − 1 of queries and keys, and h·e to (h+1)·e − 1 of values and result. In each head,
   * result[·, t] = Σₛ softmaxₛ(scale · queries[·, t]·keys[·, s]) · values[·, s].
   *
   * <p>A fourth input, [N, S], may say which keys are there, as the attention mask of texts of
   * different lengths: 10⁹·(1 − mask[s]) is taken from the scores of key s, so 1 leaves it as it is
   * and with 0 nothing attends to it (unless all are 0, which counts all keys alike).
   *
   * @param heads divides the channels of all three
   * @param scale usually 1/√d
   */
  record Attention(int heads, double scale) implements Op {}

  /** The sum of two inputs of equal shape. */
  record Add() implements Op {}

  /**
   * The product of two inputs, element by element: of equal shape, or [N, C, …] times [N, C], a
   * factor for each sample and channel, as squeeze-and-excitation has (Hu et al.,
   * arXiv:1709.01507). The product of x and its {@link Sigmoid} is SiLU, that of x and its {@link
   * HardSigmoid} HardSwish.
   */
  record Product() implements Op {}

  /**
   * The largest element in each window; padding never wins: [N, C, H, W] to [N, C, H', W'].
   *
   * @param window kernel, stride, padding (at most half the kernel), dilation
   */
  record MaxPool2d(Window window) implements Op {}

  /**
   * The mean of each window; padding counts as zeros: [N, C, H, W] to [N, C, H', W'].
   *
   * @param window kernel, stride, padding; no dilation
   */
  record AveragePool2d(Window window) implements Op {
    /** Checks the window. */
    public AveragePool2d {
      if (window.dilationHeight() != 1 || window.dilationWidth() != 1) {
        throw new IllegalArgumentException("average pooling has no dilation: " + window);
      }
    }
  }

  /** The mean over all positions: [N, C, …] to [N, C]. */
  record GlobalAveragePool() implements Op {}

  /** All positions on one axis, row-major: [N, C, …] to [N, C, L], as the tokens of an image. */
  record Flatten() implements Op {}

  /**
   * Constant positions before those of the input, as the class token: [N, C, T] to [N, C, P + T].
   *
   * @param weight [C, P]
   */
  record Prepend(String weight) implements Op {
    @Override
    public List<String> parameters() {
      return List.of(weight);
    }
  }

  /**
   * The sum of each sample and a parameter, as the position embedding: [N, C, …] to [N, C, …].
   *
   * @param weight [C, …], the input without its batch axis; for inputs [N, C, T] there may be
   *     further positions, [C, P] with P ≥ T, of which the first T are added
   */
  record AddParameter(String weight) implements Op {
    @Override
    public List<String> parameters() {
      return List.of(weight);
    }
  }

  /**
   * A column of a parameter for each whole number, as the embedding of words: one input [N, T] of
   * ids, 0 to V − 1, to [N, C, T]. Ids are floating-point numbers here as all values are; exact, as
   * V is at most 2²⁴. A run with another id ends in a {@link dev.pleas.api.error.DataException}.
   *
   * @param weight [C, V]
   */
  record Embed(String weight) implements Op {
    /** The most columns that ids in float32 can tell apart. */
    public static final int MOST = 1 << 24;

    @Override
    public List<String> parameters() {
      return List.of(weight);
    }
  }

  /**
   * Some of the positions: [N, C, T] to [N, C, to − from].
   *
   * @param from the first, counted from 0
   * @param to after the last; from &lt; to ≤ T
   */
  record SlicePositions(int from, int to) implements Op {}
}
