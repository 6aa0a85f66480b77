package dev.pleas.core.normalization;

import dev.pleas.api.data.Samples;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.Objects;

/** Some of many samples, at equal distances: a file is often sorted by class. */
record SpreadSamples(Samples all, int count) implements Samples {
  /** Returns so many samples, or all if there are no more. */
  static Samples of(Samples all, int most) {
    return all.count() <= most ? all : new SpreadSamples(all, most);
  }

  @Override
  public Shape shape() {
    return all.shape();
  }

  @Override
  public HostTensor read(int from, int to) {
    Objects.checkFromToIndex(from, to, count);
    int length = Math.toIntExact(shape().elements());
    float[] values = new float[Math.multiplyExact(to - from, length)];
    for (int i = from; i < to; i++) {
      int index = (int) ((long) i * all.count() / count);
      System.arraycopy(all.read(index, index + 1).values(), 0, values, (i - from) * length, length);
    }
    return HostTensor.wrap(shape().prepend(to - from), values);
  }
}
