package com.example.pleas;

import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.matrix.Matrix;
import java.util.stream.IntStream;

/** Adds up Σ a·bᵀ, in float64 from the first product on. */
final class PlainGram extends Resource implements GramAccumulator {
  private final int p;
  private final int q;
  private double[] sum;

  PlainGram(PlainScope scope, int p, int q) {
    super(scope, 8L * Math.multiplyExact(p, q));
    this.p = p;
    this.q = q;
    sum = new double[p * q];
  }

  @Override
  public void add(Tensor left, Tensor right) {
    checkOpen();
    PlainTensor a = scope().own(left);
    PlainTensor b = scope().own(right);
    Shapes.channels("gram", "first operand", a, p);
    Shapes.channels("gram", "second operand", b, q);
    if (a.dim(0) != b.dim(0) || a.positions() != b.positions()) {
      throw new ShapeException(
          "gram: expected as many samples and positions in both, found "
              + a.shape()
              + " and "
              + b.shape());
    }
    float[] x = a.values();
    float[] y = b.values();
    int positions = a.positions();
    double[] transposed = new double[positions * q];
    for (int n = 0; n < a.dim(0); n++) {
      int first = n;
      // Positions first: the loop that adds then runs along rows of the sum.
      for (int k = 0; k < positions * q; k++) {
        transposed[k] = y[(first * q + k % q) * positions + k / q];
      }
      IntStream.range(0, p)
          .parallel()
          .forEach(
              i -> {
                for (int l = 0; l < positions; l++) {
                  double factor = x[(first * p + i) * positions + l];
                  for (int j = 0; j < q; j++) {
                    sum[i * q + j] += factor * transposed[l * q + j];
                  }
                }
              });
    }
  }

  @Override
  public Matrix toMatrix() {
    checkOpen();
    return Matrix.wrap(p, q, sum.clone());
  }

  @Override
  void free() {
    sum = new double[0];
  }

  @Override
  public String toString() {
    return "accumulator of a " + p + "×" + q + " Gram matrix";
  }
}
