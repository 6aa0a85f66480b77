package dev.pleas.tck.reference;

import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.Tensor;

/** Channel sums in float64. */
final class ReferenceSums extends Resource implements SumAccumulator {
  private final double[] sums;
  private final double[] squares;
  private long count;

  ReferenceSums(ReferenceScope scope, int channels) {
    super(scope, "the accumulator of the sums of " + channels + " channels", 16L * channels);
    sums = new double[channels];
    squares = new double[channels];
  }

  @Override
  public void add(Tensor tensor) {
    checkOpen();
    Plain x = scope().plain(tensor);
    Expect.channels("sums", "input", sums.length, x.shape());
    count += (long) x.dim(0) * x.positions();
    for (int i = 0; i < x.values().length; i++) {
      double value = x.values()[i];
      int c = i / x.positions() % sums.length;
      sums[c] += value;
      squares[c] += value * value;
    }
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
}
