package dev.pleas.core.normalization;

import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.moments.UnitSums;
import dev.pleas.core.partial.BlockLayout;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
    float[] mean = new float[units];
    float[] variance = new float[units];
    int changed = keepApart ? layout.mergedA().length : units;
    for (int i = 0; i < changed; i++) {
      mean[i] = (float) sums.mean(i);
      variance[i] = (float) (sums.scatter(i) / sums.count());
    }
    keep(parameters.get(norm.runningMean()), mean, changed);
    keep(parameters.get(norm.runningVar()), variance, changed);
    parameters.put(norm.runningMean(), HostTensor.wrap(Shape.of(units), mean));
    parameters.put(norm.runningVar(), HostTensor.wrap(Shape.of(units), variance));
  }

  private static void keep(@Nullable HostTensor old, float[] values, int from) {
    if (old == null) {
      throw new IllegalArgumentException("the normalization's statistics are missing");
    }
    System.arraycopy(old.values(), from, values, from, values.length - from);
  }
}
