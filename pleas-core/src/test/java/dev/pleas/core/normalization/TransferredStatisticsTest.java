package dev.pleas.core.normalization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.method.Merging;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.oracle.GraphBuilder;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.core.partial.BlockLayout;
import dev.pleas.core.partial.Layouts;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TransferredStatisticsTest {
  private final RandomSamples samples = new RandomSamples(1, 30, RandomNetworks.input());

  private static Graph graph() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.relu("relu", g.norm("bn", g.conv("conv", GraphBuilder.INPUT, 2, 3, 1)));
    return g.output("logits", g.linear("fc", g.pool("pool", x), 3)).build();
  }

  private static Model with(Model model, float[] mean, float[] variance) {
    Op.BatchNorm norm = norm(model.graph());
    Map<String, HostTensor> parameters = new LinkedHashMap<>(model.parameters());
    parameters.put(norm.runningMean(), HostTensor.wrap(Shape.of(mean.length), mean));
    parameters.put(norm.runningVar(), HostTensor.wrap(Shape.of(mean.length), variance));
    return new Model(model.graph(), parameters);
  }

  private static Op.BatchNorm norm(Graph graph) {
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.BatchNorm norm) {
        return norm;
      }
    }
    throw new AssertionError("no normalization");
  }

  @Test
  void of_mergedAndOwnUnits_standInTheSameRelationToTheirSources() {
    Model a = RandomNetworks.weights(graph(), 1, samples);
    Model b = RandomNetworks.weights(graph(), 2, samples);
    // Unit 0 of a with unit 1 of b; the others apart: three units.
    BlockLayout layout = BlockLayout.of(new int[] {0, 1, -1}, new int[] {1, -1, 0});
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.relu("relu", g.norm("bn", g.conv("conv", GraphBuilder.INPUT, 3, 3, 1)));
    Graph wide = g.output("logits", g.linear("fc", g.pool("pool", x), 3)).build();
    Layouts layouts = new Layouts(graph(), 2, Map.of(), Map.of("conv", layout));
    Model merged =
        with(
            RandomNetworks.weights(wide, 3, samples),
            new float[] {7, 20, 40},
            new float[] {2, 8, 3});

    Model found =
        TransferredStatistics.of(
            merged,
            layouts,
            List.of(
                with(a, new float[] {1, 5}, new float[] {6, 2}),
                with(b, new float[] {9, 3}, new float[] {12, 10})),
            List.of(
                with(a, new float[] {4, 20}, new float[] {1, 8}),
                with(b, new float[] {40, 6}, new float[] {3, 7})));

    Op.BatchNorm norm = norm(wide);
    float[] variance = found.parameter(norm.runningVar()).values();
    float[] mean = found.parameter(norm.runningMean()).values();
    // Merged: variance 2 where the sources have (1 + 7) / 2 elsewhere and (6 + 10) / 2 themselves.
    assertThat(variance[0]).isEqualTo(4, within(1e-6f));
    assertThat((double) mean[0]).isCloseTo(2 + (7 - 5) * Math.sqrt(2), within(1e-5));
    // Apart: what the source has itself.
    assertThat(variance[1]).isEqualTo(2, within(1e-6f));
    assertThat(mean[1]).isEqualTo(5, within(1e-6f));
    assertThat(variance[2]).isEqualTo(12, within(1e-6f));
    assertThat(mean[2]).isEqualTo(9, within(1e-6f));
  }

  @Test
  void recalibration_anyNetwork_normalizesEveryLayerOnTheData() {
    Model model = RandomNetworks.weights(RandomNetworks.resNet(4, 3), 4, samples);
    RandomSamples other = new RandomSamples(77, 50, RandomNetworks.input());
    Model found;
    try (TensorBackend backend = Merging.backend()) {
      found =
          Recalibration.of(model, new Batches(other, 16), backend, Long.MAX_VALUE, Progress.NONE);
    }
    Map<String, Plain> values = PlainNetwork.values(found, other);
    int checked = 0;
    for (Node node : found.graph().nodes()) {
      if (node.op() instanceof Op.BatchNorm norm) {
        Plain x = values.get(node.inputs().get(0));
        for (int c = 0; c < x.dim(1); c++) {
          double sum = 0;
          double squares = 0;
          int rows = x.dim(0) * x.positions();
          for (int n = 0; n < x.dim(0); n++) {
            for (int l = 0; l < x.positions(); l++) {
              sum += x.get(n, c, l);
              squares += x.get(n, c, l) * x.get(n, c, l);
            }
          }
          double mean = sum / rows;
          assertThat((double) found.parameter(norm.runningMean()).values()[c])
              .isCloseTo(mean, within(1e-4 * Math.sqrt(squares / rows)));
          assertThat((double) found.parameter(norm.runningVar()).values()[c])
              .isCloseTo(squares / rows - mean * mean, within(1e-4 * squares / rows));
          checked++;
        }
      }
    }
    assertThat(checked).isGreaterThan(10);
  }
}
