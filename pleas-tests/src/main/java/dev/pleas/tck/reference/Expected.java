package dev.pleas.tck.reference;

import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What an operation must give. Bounds come from the definitions too: n additions and
 * multiplications in float32, in any order, are off by at most about n roundings of the same
 * expression with absolute values for all operands.
 *
 * @param values the definition in float64
 * @param bounds how far a float32 computation may be off, one for each value
 */
public record Expected(Plain values, Plain bounds) {
  /** Half the distance from 1 to the next float32: the largest relative error of one rounding. */
  public static final double ROUNDING = 0x1p-24;

  /** Returns these values and no others. */
  public static Expected exactly(Plain values) {
    return new Expected(values, values.map(x -> 0));
  }

  /**
   * Returns these values up to some roundings; results below the smallest normal float32 may become
   * 0.
   *
   * @param roundings how often a number of that magnitude may be rounded
   * @param magnitude the expression with absolute values
   */
  public static Expected within(Plain values, double roundings, Plain magnitude) {
    return new Expected(values, magnitude.map(m -> roundings * ROUNDING * m + Float.MIN_NORMAL));
  }

  private static @Nullable Plain plain(@Nullable HostTensor host) {
    return host == null ? null : Plain.of(host);
  }

  private static @Nullable Plain abs(@Nullable HostTensor host) {
    return host == null ? null : Plain.of(host).abs();
  }

  /** Returns what {@code conv2d} must give; each sum has C / groups · taps terms and the bias. */
  public static Expected conv2d(
      HostTensor x, HostTensor weight, @Nullable HostTensor bias, Window window, int groups) {
    Plain in = Plain.of(x);
    Plain w = Plain.of(weight);
    return within(
        in.conv2d(w, plain(bias), window, groups),
        weight.shape().elementsFrom(1) + 3.0,
        in.abs().conv2d(w.abs(), abs(bias), window, groups));
  }

  /** Returns what {@code linear} must give; each sum has C terms and the bias. */
  public static Expected linear(HostTensor x, HostTensor weight, @Nullable HostTensor bias) {
    Plain in = Plain.of(x);
    Plain w = Plain.of(weight);
    return within(in.linear(w, plain(bias)), w.dim(1) + 3, in.abs().linear(w.abs(), abs(bias)));
  }

  /**
   * Returns what {@code batchNorm} must give; allows for (x − mean) · factor + bias as well as for
   * x · factor + shift.
   */
  public static Expected batchNorm(
      HostTensor x,
      HostTensor weight,
      HostTensor bias,
      HostTensor mean,
      HostTensor variance,
      double epsilon) {
    Plain in = Plain.of(x);
    Plain w = Plain.of(weight);
    Plain b = Plain.of(bias);
    Plain m = Plain.of(mean);
    Plain v = Plain.of(variance);
    return within(
        in.batchNorm(w, b, m, v, epsilon),
        6,
        in.abs().batchNorm(w.abs(), b.abs(), m.abs().times(-1), v, epsilon));
  }

  /**
   * Returns what {@code layerNorm} must give. With σ = √(variance + epsilon), each of the C
   * deviations is off by about (C + 2) roundings of the largest |x|, and so is σ; and no deviation
   * is larger than √C·σ.
   */
  public static Expected layerNorm(
      HostTensor x, HostTensor weight, @Nullable HostTensor bias, double epsilon) {
    Plain in = Plain.of(x);
    Plain w = Plain.of(weight);
    int channels = in.dim(1);
    double[] variances = in.channelVariances().values();
    double spread = Math.sqrt(Arrays.stream(variances).min().orElse(1) + epsilon);
    double size = 2 * in.largest() / spread * (1 + Math.sqrt(channels));
    Plain values = in.layerNorm(w, plain(bias), epsilon);
    Plain magnitude = in.map(v -> size).timesChannels(w.abs()).plus(values.abs());
    return within(values, channels + 8, magnitude);
  }

  /**
   * Returns what {@code attention} must give. A score is off by (d + 4) roundings of
   * |queries|·|keys|; its weight by as much relatively, which counts for the exponential and for
   * the sum of S of them.
   */
  public static Expected attention(
      HostTensor queries, HostTensor keys, HostTensor values, int heads, double scale) {
    Plain q = Plain.of(queries);
    Plain k = Plain.of(keys);
    Plain v = Plain.of(values);
    Plain weights = Attention.softmax(Attention.scores(q, k, heads, scale));
    double largest = Attention.scores(q.abs(), k.abs(), heads, Math.abs(scale)).largest();
    double roundings = 2 * (q.dim(1) / heads + 4) * largest + 2 * k.dim(2) + 16;
    return within(Attention.mix(weights, v), roundings, Attention.mix(weights, v.abs()));
  }

  /**
   * Returns what {@code gelu} must give. A distribution function in float32 is off by a few
   * roundings of 1.
   */
  public static Expected gelu(HostTensor x, Op.Gelu.Form form) {
    Plain size = Plain.of(x).abs().map(v -> Double.isInfinite(v) ? 0 : v);
    return within(Plain.of(x).gelu(form), 8, size);
  }

  /**
   * Returns what {@code tanh} must give. In float32 it is off by a few roundings of itself, also
   * where it is small: tanh(x) is close to x there.
   */
  public static Expected tanh(HostTensor x) {
    Plain values = Plain.of(x).tanh();
    return within(values, 8, values.abs());
  }

  /**
   * Returns what {@code sigmoid} must give. In float32 it is off by a few roundings of itself, also
   * where it is small: it is close to exp(x) there.
   */
  public static Expected sigmoid(HostTensor x) {
    Plain values = Plain.of(x).sigmoid();
    return within(values, 8, values);
  }

  /** Returns what {@code multiply} must give. */
  public static Expected multiply(HostTensor a, HostTensor b) {
    Plain product = Plain.of(a).times(Plain.of(b));
    return within(product, 1, product.abs());
  }

  /** Returns what {@code globalAveragePool} must give; each sum has a term for every position. */
  public static Expected globalAveragePool(HostTensor x) {
    Plain in = Plain.of(x);
    return within(in.globalAveragePool(), in.positions() + 2, in.abs().globalAveragePool());
  }

  /**
   * Returns what a Gram accumulator must give. Batches may be multiplied in float32, with N·L terms
   * each; their sum is in float64.
   */
  public static Expected gram(HostTensor a, HostTensor b) {
    Plain x = Plain.of(a);
    Plain y = Plain.of(b);
    return within(x.gram(y), (double) x.dim(0) * x.positions() + 2, x.abs().gram(y.abs()));
  }

  /** Returns what two independent results add up to. */
  public Expected plus(Expected other) {
    return new Expected(values.plus(other.values), bounds.plus(other.bounds));
  }
}
