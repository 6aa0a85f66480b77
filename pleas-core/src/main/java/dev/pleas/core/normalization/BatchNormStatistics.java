package dev.pleas.core.normalization;

import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.moments.UnitSums;
import dev.pleas.core.partial.BlockLayout;
import java.util.Map;

/**
 * Sets running statistics from the data: the mean and the (population) variance of each unit over
 * all samples and positions, not an exponential average on top of stale values (REPAIR,
 * arXiv:2211.08403, and PLeaS, appendix).
 */
public final class BatchNormStatistics {
  private BatchNormStatistics() {}

  /**
   * Writes the statistics of a normalization's inputs into the parameters.
   *
   * @param parameters of the merged network; running mean and variance of {@code norm} are replaced
   * @param sums of the normalization's input
   * @param layout of its channels
   * @param keepApart leave the units kept apart as they are, because their inputs are their
   *     source's
   */
  public static void set(
      Map<String, HostTensor> parameters,
      Op.BatchNorm norm,
      UnitSums sums,
      BlockLayout layout,
      boolean keepApart) {
    int units = layout.width();
    float[] mean = values(parameters, norm.runningMean());
    float[] variance = values(parameters, norm.runningVar());
    for (int i = 0; i < units; i++) {
      if (!keepApart || layout.members(i).size() > 1) {
        mean[i] = (float) sums.mean(i);
        variance[i] = (float) (sums.scatter(i) / sums.count());
      }
    }
    parameters.put(norm.runningMean(), HostTensor.wrap(Shape.of(units), mean));
    parameters.put(norm.runningVar(), HostTensor.wrap(Shape.of(units), variance));
  }

  private static float[] values(Map<String, HostTensor> parameters, String name) {
    HostTensor old = parameters.get(name);
    if (old == null) {
      throw new IllegalArgumentException("no parameter " + name);
    }
    return old.values().clone();
  }
}
