package dev.pleas.cpu.tensor;

import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.tensor.Shape;

/** Channel sums in float64: each row x[n, c, ·] is summed by itself, rows in order of n. */
final class CpuSums<F extends Floats> implements SumAccumulator {
  private final CpuBackend<F> backend;
  private final CpuScope<F> scope;
  private final double[] sums;
  private final double[] squares;
  private long count;
  private boolean closed;

  CpuSums(CpuBackend<F> backend, CpuScope<F> scope, int channels) {
    if (channels < 0) {
      throw new ShapeException("sums: " + channels + " channels");
    }
    this.backend = backend;
    this.scope = scope;
    this.sums = new double[channels];
    this.squares = new double[channels];
    backend.countHostBytes(16L * channels);
  }

  @Override
  public void add(Tensor tensor) {
    checkOpen();
    F x = scope.own(tensor).data();
    Shape shape = tensor.shape();
    int channels = sums.length;
    if (shape.rank() < 2 || shape.dim(1) != channels) {
      throw Require.mismatch("sums", "input", "[N, " + channels + ", …]", shape);
    }
    int samples = shape.dim(0);
    long positions = shape.elementsFrom(2);
    count += samples * positions;
    if (shape.elements() == 0) {
      return;
    }
    int together = (int) Math.max(1, Math.min(channels, Blocks.SIZE / positions));
    int items = (channels + together - 1) / together;
    Parallel.forEach(
        items,
        shape.elements(),
        item -> {
          int from = item * together;
          int to = Math.min(channels, from + together);
          float[] buffer = new float[(int) Math.min(Blocks.SIZE, (to - from) * positions)];
          for (int n = 0; n < samples; n++) {
            addSample(x, ((long) n * channels + from) * positions, from, to, positions, buffer);
          }
        });
  }

  private void addSample(F x, long at, int from, int to, long positions, float[] buffer) {
    if (positions > buffer.length) {
      for (long done = 0; done < positions; done += buffer.length) {
        int part = (int) Math.min(buffer.length, positions - done);
        x.read(at + done, buffer, 0, part);
        addRow(from, buffer, 0, part);
      }
      return;
    }
    int length = (int) positions;
    x.read(at, buffer, 0, (to - from) * length);
    for (int c = from; c < to; c++) {
      addRow(c, buffer, (c - from) * length, length);
    }
  }

  /** Four partial sums, so that additions need not wait for each other. */
  private void addRow(int channel, float[] v, int at, int length) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    double q0 = 0;
    double q1 = 0;
    double q2 = 0;
    double q3 = 0;
    int i = at;
    for (int end = at + length - 3; i < end; i += 4) {
      double v0 = v[i];
      double v1 = v[i + 1];
      double v2 = v[i + 2];
      double v3 = v[i + 3];
      s0 += v0;
      s1 += v1;
      s2 += v2;
      s3 += v3;
      q0 += v0 * v0;
      q1 += v1 * v1;
      q2 += v2 * v2;
      q3 += v3 * v3;
    }
    for (; i < at + length; i++) {
      double last = v[i];
      s0 += last;
      q0 += last * last;
    }
    sums[channel] += (s0 + s1) + (s2 + s3);
    squares[channel] += (q0 + q1) + (q2 + q3);
  }

  @Override
  public long count() {
    checkOpen();
    return count;
  }

  @Override
  public double[] sums() {
    checkOpen();
    return sums.clone();
  }

  @Override
  public double[] squares() {
    checkOpen();
    return squares.clone();
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the sums of " + sums.length + " channels are closed");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      scope.forget(this);
      backend.countHostBytes(-16L * sums.length);
    }
  }
}
