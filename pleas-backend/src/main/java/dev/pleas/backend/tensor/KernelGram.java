package dev.pleas.backend.tensor;

import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.tensor.Shape;

/** Checks what is added to a Gram matrix. */
final class KernelGram<M> implements GramAccumulator {
  private final KernelScope<M> scope;
  private final int p;
  private final int q;
  private final GramSums<M> sums;
  private boolean closed;

  KernelGram(KernelScope<M> scope, Kernels<M> kernels, int p, int q) {
    if (p < 0 || q < 0 || (long) p * q > Integer.MAX_VALUE - 8) {
      throw new ShapeException("gram: a " + p + "×" + q + " matrix cannot be held");
    }
    this.scope = scope;
    this.p = p;
    this.q = q;
    this.sums = kernels.gramSums(p, q);
  }

  @Override
  public void add(Tensor a, Tensor b) {
    checkOpen();
    M left = scope.own(a).data();
    M right = scope.own(b).data();
    Shape shape = a.shape();
    check("first operand", shape, p);
    check("second operand", b.shape(), q);
    long positions = shape.elementsFrom(2);
    if (b.shape().dim(0) != shape.dim(0) || b.shape().elementsFrom(2) != positions) {
      throw new ShapeException(
          "gram: expected operands with equal samples and positions, found "
              + shape
              + " and "
              + b.shape());
    }
    if (shape.elements() > 0 && b.shape().elements() > 0) {
      sums.add(left, right, shape.dim(0), Math.toIntExact(positions));
    }
  }

  private static void check(String what, Shape found, int channels) {
    if (found.rank() < 2 || found.dim(1) != channels) {
      throw Require.mismatch("gram", what, "[N, " + channels + ", …]", found);
    }
  }

  @Override
  public Matrix toMatrix() {
    checkOpen();
    return Matrix.wrap(p, q, sums.toArray());
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the " + p + "×" + q + " Gram accumulator is closed");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      scope.forget(this);
      sums.close();
    }
  }
}
