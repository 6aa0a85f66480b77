package dev.pleas.core.oracle;

import dev.pleas.api.data.Samples;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;

/** Some samples of others. */
public record PartOfSamples(Samples all, int from, int to) implements Samples {
  @Override
  public int count() {
    return to - from;
  }

  @Override
  public Shape shape() {
    return all.shape();
  }

  @Override
  public HostTensor read(int first, int last) {
    return all.read(from + first, from + last);
  }
}
