package dev.pleas.core.refit;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.core.moments.Walker;
import java.util.List;

/**
 * All networks, walked in step.
 *
 * @param sources the sources
 * @param merged the merged network
 */
record Walkers(List<Walker> sources, Walker merged) implements AutoCloseable {
  /** Returns one value of every source at a cut; see {@link Walker#value}. */
  List<Tensor> values(int batch, int cut, String value, TensorScope scratch) {
    return sources.stream().map(walker -> walker.value(batch, cut, value, scratch)).toList();
  }

  @Override
  public void close() {
    sources.forEach(Walker::close);
    merged.close();
  }
}
