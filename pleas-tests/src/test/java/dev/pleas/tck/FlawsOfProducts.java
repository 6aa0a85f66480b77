package dev.pleas.tck;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Wrong convolutions, linear maps, attention and normalizations. */
final class FlawsOfProducts extends Flaws {
  @Override
  void list() {

    scope(201, "tensor", "tensor(host) of [10]", c -> c.changed(v -> v + 0f)); // −0 becomes 0
    scope(
        202,
        "conv2d",
        "conv2d of x [2, 3, 5, 3], weight [5, 3, 3, 3], no bias",
        c -> c.proceedWith(1, flipped(c.scope(), c.tensor(1))));
    scope(
        203,
        "conv2d",
        "conv2d of x [2, 6, 3, 4], weight [12, 3, 1, 1], bias",
        c ->
            (int) c.arguments()[4] > 1
                ? c.proceedWith(0, reversed(c.scope(), c.tensor(0)))
                : c.proceed());
    scope(
        204,
        "conv2d",
        "conv2d of x [3, 2, 5, 8], weight [1, 2, 3, 3], bias",
        c -> c.shape(1).dim(0) % 2 == 1 ? c.proceedWith(2, null) : c.proceed());
    scope(
        205,
        "conv2d",
        "conv2d of x [1, 130, 5, 5], weight [5, 130, 3, 3], bias",
        c ->
            c.shape(0).dim(1) > 64
                ? c.proceedWith(0, reversed(c.scope(), c.tensor(0)))
                : c.proceed());
    scope(
        206,
        "conv2d",
        "conv2d of x [2, 0, 4, 4], weight [3, 0, 3, 3], bias",
        c -> c.shape(0).dim(1) == 0 ? c.proceedWith(2, null) : c.proceed());
    scope(
        207,
        "linear",
        "linear of x [17, 130], weight [33, 130], no bias",
        c -> c.nudgedIf(c.shape(0).dim(1) > 64));
    scope(
        208,
        "linear",
        "linear of x [2, 5, 3], weight [9, 5], bias",
        c -> c.nudgedIf(c.shape(0).rank() > 2));
    scope(
        209,
        "linear",
        "linear of x [4, 0], weight [3, 0], bias",
        c -> c.shape(0).dim(1) == 0 ? c.proceedWith(2, null) : c.proceed());
    scope(
        210,
        "batchNorm",
        "batchNorm of x [2, 3, 5, 7], epsilon 1.0E-5",
        c -> c.proceedWith(5, 0.0));
    scope(
        211,
        "layerNorm",
        "layerNorm of x [2, 3, 5, 7], no bias, epsilon 0.001",
        c -> c.proceedWith(3, 0.0));
    scope(
        212,
        "attention",
        "attention of queries [2, 6, 4], keys [2, 6, 7], values [2, 10, 7], heads 2, scale 0.5773502691896258",
        c -> c.proceedWith(3, 1));
    scope(
        213,
        "attention",
        "attention of queries [1, 1, 3], keys [1, 1, 3], values [1, 4, 3], heads 1, scale 100.0",
        c -> c.changed(v -> (double) c.arguments()[4] == 100 ? Double.NaN : v));
    scope(214, "unfold", "unfold of x [2, 3, 3, 4]", c -> c.nudgedIf(c.arguments().length == 2));
    scope(
        215,
        "unfold",
        "unfold of x [2, 3, 3, 4]",
        c ->
            c.arguments().length == 3
                ? c.proceedWith(2, sorted((int[]) c.arguments()[2]))
                : c.proceed());
    scope(
        216,
        "reshape",
        "weight [5, 3, 3, 3] times unfold of x [2, 3, 5, 3]",
        c ->
            c.shape(0).rank() == 4
                ? c.proceedWith(0, flipped(c.scope(), c.tensor(0)))
                : c.proceed());
  }

  /** A kernel turned around, as of a convolution instead of a correlation. */
  private static Tensor flipped(TensorScope scope, Tensor kernel) {
    int[] rows = descending(kernel.shape().dim(2));
    int[] columns = descending(kernel.shape().dim(3));
    return scope.gather(scope.gather(kernel, 2, rows), 3, columns);
  }

  /** Channels in reverse, so that each group sees those of another. */
  private static Tensor reversed(TensorScope scope, Tensor x) {
    return scope.gather(x, 1, descending(x.shape().dim(1)));
  }

  private static int[] descending(int length) {
    return IntStream.range(0, length).map(i -> length - 1 - i).toArray();
  }

  private static int[] sorted(int[] positions) {
    int[] sorted = positions.clone();
    Arrays.sort(sorted);
    return sorted;
  }
}
