package dev.pleas.core.oracle;

import dev.pleas.api.data.Samples;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.function.UnaryOperator;

/** Samples of which each batch goes through a function that keeps its shape. */
public record MappedSamples(Samples all, UnaryOperator<HostTensor> function) implements Samples {
  @Override
  public int count() {
    return all.count();
  }

  @Override
  public Shape shape() {
    return all.shape();
  }

  @Override
  public HostTensor read(int from, int to) {
    return function.apply(all.read(from, to));
  }
}
