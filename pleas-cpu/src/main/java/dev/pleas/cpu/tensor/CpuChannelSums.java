package dev.pleas.cpu.tensor;

import dev.pleas.backend.tensor.ChannelSums;

/** Channel sums in float64: each row x[n, c, ·] is summed by itself, rows in order of n. */
final class CpuChannelSums<F extends Floats> implements ChannelSums<F> {
  private final CpuBackend<F> backend;
  private final double[] sums;
  private final double[] squares;

  CpuChannelSums(CpuBackend<F> backend, int channels) {
    this.backend = backend;
    this.sums = new double[channels];
    this.squares = new double[channels];
    backend.countHostBytes(16L * channels);
  }

  @Override
  public void add(F x, int samples, int positions) {
    int channels = sums.length;
    int together = Math.max(1, Math.min(channels, Blocks.SIZE / positions));
    int items = (channels + together - 1) / together;
    Parallel.forEach(
        items,
        (long) samples * channels * positions,
        item -> {
          int from = item * together;
          int to = Math.min(channels, from + together);
          float[] buffer = new float[Math.min(Blocks.SIZE, (to - from) * positions)];
          for (int n = 0; n < samples; n++) {
            addSample(x, ((long) n * channels + from) * positions, from, to, positions, buffer);
          }
        });
  }

  private void addSample(F x, long at, int from, int to, int positions, float[] buffer) {
    if (positions > buffer.length) {
      for (int done = 0; done < positions; done += buffer.length) {
        int part = Math.min(buffer.length, positions - done);
        x.read(at + done, buffer, 0, part);
        addRow(from, buffer, 0, part);
      }
      return;
    }
    x.read(at, buffer, 0, (to - from) * positions);
    for (int c = from; c < to; c++) {
      addRow(c, buffer, (c - from) * positions, positions);
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
  public double[] sums() {
    return sums.clone();
  }

  @Override
  public double[] squares() {
    return squares.clone();
  }

  @Override
  public void close() {
    backend.countHostBytes(-16L * sums.length);
  }
}
