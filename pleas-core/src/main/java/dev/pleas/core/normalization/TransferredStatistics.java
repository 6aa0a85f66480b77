package dev.pleas.core.normalization;

import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.partial.BlockLayout;
import dev.pleas.core.partial.Layouts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Batch normalization statistics for a network that was merged on other data than its sources were
 * trained on, from the sources' own. On the other data the merged unit has a certain variance and
 * mean in relation to those of the units that it comes from; on the data of the sources, whose
 * statistics they carry, it is taken to stand in the same relation: σ² = v·(mean of σ_s²)/(mean of
 * v_s) and μ = (mean of μ_s) + (m − mean of m_s)·σ/√v, where v and m are variance and mean on the
 * other data. A unit that comes from one source gets that source's own statistics.
 */
public final class TransferredStatistics {
  private TransferredStatistics() {}

  /**
   * Returns the merged network with transferred statistics.
   *
   * @param merged with statistics of the other data
   * @param originals the sources with their own statistics
   * @param elsewhere the sources with those of the other data
   */
  public static Model of(
      Model merged, Layouts layouts, List<Model> originals, List<Model> elsewhere) {
    Map<String, HostTensor> parameters = new LinkedHashMap<>(merged.parameters());
    for (Node node : merged.graph().nodes()) {
      if (node.op() instanceof Op.BatchNorm norm) {
        transfer(
            merged, parameters, norm, layouts.ofValue(node.inputs().get(0)), originals, elsewhere);
      }
    }
    return new Model(merged.graph(), parameters);
  }

  private static void transfer(
      Model merged,
      Map<String, HostTensor> parameters,
      Op.BatchNorm norm,
      BlockLayout layout,
      List<Model> originals,
      List<Model> elsewhere) {
    float[] mean = merged.parameter(norm.runningMean()).values().clone();
    float[] variance = merged.parameter(norm.runningVar()).values().clone();
    for (int i = 0; i < layout.width(); i++) {
      double ownMean = mean(originals, norm.runningMean(), layout, i);
      double ownVariance = mean(originals, norm.runningVar(), layout, i);
      double otherMean = mean(elsewhere, norm.runningMean(), layout, i);
      double otherVariance = mean(elsewhere, norm.runningVar(), layout, i);
      double ratio = otherVariance > 0 ? ownVariance / otherVariance : 1;
      mean[i] = (float) (ownMean + (mean[i] - otherMean) * Math.sqrt(ratio));
      variance[i] = (float) (variance[i] * ratio);
    }
    parameters.put(norm.runningMean(), HostTensor.wrap(Shape.of(mean.length), mean));
    parameters.put(norm.runningVar(), HostTensor.wrap(Shape.of(mean.length), variance));
  }

  /** The mean of a parameter over the source units that a unit comes from. */
  private static double mean(List<Model> sources, String parameter, BlockLayout layout, int unit) {
    return layout.members(unit).stream()
        .mapToDouble(s -> sources.get(s).parameter(parameter).values()[layout.unit(s, unit)])
        .average()
        .orElseThrow();
  }
}
