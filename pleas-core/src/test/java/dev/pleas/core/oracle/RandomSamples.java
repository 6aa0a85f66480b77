package dev.pleas.core.oracle;

import dev.pleas.api.data.Samples;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;

/** Standard normal inputs from a seed. */
public final class RandomSamples implements Samples {
  private final Shape shape;
  private final int count;
  private final float[] values;

  /** Makes the samples. */
  public RandomSamples(long seed, int count, Shape shape) {
    this.shape = shape;
    this.count = count;
    SplittableRandom random = new SplittableRandom(seed);
    values = new float[(int) (count * shape.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public HostTensor read(int from, int to) {
    Objects.checkFromToIndex(from, to, count);
    int size = (int) shape.elements();
    return HostTensor.wrap(
        shape.prepend(to - from), Arrays.copyOfRange(values, from * size, to * size));
  }
}
