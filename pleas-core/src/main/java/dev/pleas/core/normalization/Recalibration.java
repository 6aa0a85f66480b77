package dev.pleas.core.normalization;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.moments.UnitSums;
import dev.pleas.core.moments.Walker;
import dev.pleas.core.partial.BlockLayout;
import java.util.LinkedHashMap;
import java.util.Map;

/** Sets all batch normalization statistics of a network from data. */
public final class Recalibration {
  private Recalibration() {}

  /**
   * Returns the network with the statistics that it has on other data, layer by layer, so that
   * every normalization gives on that data the means and deviations that its shift and scale say.
   *
   * @param memoryBytes how much may be kept of activations between layers
   */
  public static Model of(
      Model model, Batches batches, TensorBackend backend, long memoryBytes, Progress progress) {
    Graph graph = model.graph();
    Map<String, HostTensor> parameters = new LinkedHashMap<>(model.parameters());
    long norms = graph.nodes().stream().filter(node -> node.op() instanceof Op.BatchNorm).count();
    try (Walker walker = new Walker(backend, graph, parameters, batches, memoryBytes);
        Progress.Stage stage = progress.begin("Setting statistics", norms * batches.count())) {
      for (int i = 0; i < graph.nodes().size(); i++) {
        Node node = graph.nodes().get(i);
        if (node.op() instanceof Op.BatchNorm norm) {
          String x = node.inputs().get(0);
          int units = graph.valueShape(x).dim(0);
          UnitSums sums = walker.sums(i, x, stage);
          BatchNormStatistics.set(parameters, norm, sums, BlockLayout.shared(1, units), false);
        }
      }
    }
    return new Model(graph, parameters);
  }
}
