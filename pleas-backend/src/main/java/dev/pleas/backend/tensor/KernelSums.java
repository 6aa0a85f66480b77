package dev.pleas.backend.tensor;

import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.tensor.Shape;

/** Checks what is added to channel sums. */
final class KernelSums<M> implements SumAccumulator {
  private final KernelScope<M> scope;
  private final int channels;
  private final ChannelSums<M> sums;
  private long count;
  private boolean closed;

  KernelSums(KernelScope<M> scope, Kernels<M> kernels, int channels) {
    if (channels < 0) {
      throw new ShapeException("sums: " + channels + " channels");
    }
    this.scope = scope;
    this.channels = channels;
    this.sums = kernels.channelSums(channels);
  }

  @Override
  public void add(Tensor tensor) {
    checkOpen();
    M x = scope.own(tensor).data();
    Shape shape = tensor.shape();
    if (shape.rank() < 2 || shape.dim(1) != channels) {
      throw Require.mismatch("sums", "input", "[N, " + channels + ", …]", shape);
    }
    Extent form = Extent.of(shape);
    if (form.elements() > 0) {
      sums.add(x, form.samples(), form.positions());
    }
    count += (long) form.samples() * form.positions();
  }

  @Override
  public long count() {
    checkOpen();
    return count;
  }

  @Override
  public double[] sums() {
    checkOpen();
    return sums.sums();
  }

  @Override
  public double[] squares() {
    checkOpen();
    return sums.squares();
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the sums of " + channels + " channels are closed");
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
