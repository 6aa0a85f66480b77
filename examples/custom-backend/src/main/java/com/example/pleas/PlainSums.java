package com.example.pleas;

import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.Tensor;

/** Adds up channels and their squares, in float64. */
final class PlainSums extends Resource implements SumAccumulator {
  private final double[] sums;
  private final double[] squares;
  private long count;

  PlainSums(PlainScope scope, int channels) {
    super(scope, 16L * channels);
    sums = new double[channels];
    squares = new double[channels];
  }

  @Override
  public void add(Tensor tensor) {
    checkOpen();
    PlainTensor x = scope().own(tensor);
    Shapes.channels("sums", "input", x, sums.length);
    float[] values = x.values();
    int positions = x.positions();
    for (int k = 0; k < values.length; k++) {
      int channel = k / positions % sums.length;
      sums[channel] += values[k];
      squares[channel] += (double) values[k] * values[k];
    }
    count += (long) x.dim(0) * positions;
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

  @Override
  void free() {}

  @Override
  public String toString() {
    return "accumulator of " + sums.length + " channels";
  }
}
