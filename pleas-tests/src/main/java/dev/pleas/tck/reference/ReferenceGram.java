package dev.pleas.tck.reference;

import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.tensor.Shape;

/** Cross-Gram sums in float64. */
final class ReferenceGram extends Resource implements GramAccumulator {
  private Plain sum;

  ReferenceGram(ReferenceScope scope, int p, int q) {
    super(scope, "the " + p + "×" + q + " Gram accumulator", 8L * p * q);
    sum = new Plain(Shape.of(p, q), new double[p * q]);
  }

  @Override
  public void add(Tensor a, Tensor b) {
    checkOpen();
    Plain x = scope().plain(a);
    Plain y = scope().plain(b);
    Expect.channels("gram", "first operand", sum.dim(0), x.shape());
    Expect.channels("gram", "second operand", sum.dim(1), y.shape());
    Expect.that(
        x.dim(0) == y.dim(0) && x.positions() == y.positions(),
        "gram: expected operands with equal samples and positions, found "
            + x.shape()
            + " and "
            + y.shape());
    sum = sum.plus(x.gram(y));
  }

  @Override
  public Matrix toMatrix() {
    checkOpen();
    return Matrix.wrap(sum.dim(0), sum.dim(1), sum.values().clone());
  }
}
