package dev.pleas.core.refit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.data.Samples;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.merge.Statistics;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.core.method.Merging;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.moments.SourceMoments;
import dev.pleas.core.oracle.Family;
import dev.pleas.core.oracle.GraphBuilder;
import dev.pleas.core.oracle.PartOfSamples;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.core.oracle.RandomTransformers;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StatisticsPassTest {
  private static Statistics.InMemory collect(List<Model> sources, Samples samples) {
    Statistics.InMemory statistics = new Statistics.InMemory();
    try (TensorBackend backend = Merging.backend()) {
      new SourceStatistics(
              sources,
              new Batches(samples, 16),
              Merging.tools(backend),
              new RowSampling(samples.count(), 0, 1),
              Long.MAX_VALUE)
          .collect(new HashSet<>(), statistics, Progress.NONE);
    }
    statistics.put(StatisticsPass.SAMPLES, Matrix.wrap(1, 1, new double[] {samples.count()}));
    return statistics;
  }

  private static LayerPass.Settings settings(boolean recalibrate) {
    return new LayerPass.Settings(
        RefitInputs.SOURCES, false, recalibrate, new Ridge(1e-3), Set.of(), 1, 0, 1);
  }

  private static LayerPass.Result run(Prepared prepared, boolean recalibrate) {
    try (TensorBackend backend = Merging.backend()) {
      return new StatisticsPass(
              prepared.sources(),
              prepared.initial(),
              prepared.layouts(),
              collect(prepared.sources(), prepared.samples()),
              Merging.tools(backend),
              settings(recalibrate))
          .run(Progress.NONE);
    }
  }

  private static void assertSameFit(Prepared prepared) {
    LayerPass.Result expected = prepared.run(settings(false), 16);
    LayerPass.Result found = run(prepared, false);

    assertThat(expected.layers()).isNotEmpty();
    assertThat(found.layers()).hasSameSizeAs(expected.layers());
    for (int i = 0; i < expected.layers().size(); i++) {
      MergeReport.Layer one = expected.layers().get(i);
      MergeReport.Layer other = found.layers().get(i);
      assertThat(other.name()).isEqualTo(one.name());
      assertThat(other.rows()).isEqualTo(one.rows());
      assertThat(other.rowsAvailable()).isEqualTo(one.rowsAvailable());
      assertThat(other.unknowns()).isEqualTo(one.unknowns());
      // Targets that the data pass computes in float32.
      assertThat(other.errorBefore())
          .isCloseTo(one.errorBefore(), within(1e-4 * (1 + one.errorBefore())));
      assertThat(other.errorAfter()).isCloseTo(one.errorAfter(), within(1e-4));
    }
    expected
        .model()
        .parameters()
        .forEach((name, tensor) -> assertClose(found.model().parameter(name), tensor, name));
  }

  private static void assertClose(HostTensor found, HostTensor expected, String name) {
    Plain plain = Plain.of(expected);
    // Rounding to float32 of products before they are summed, times the systems' condition.
    assertThat(Plain.of(found).distance(plain) / plain.largest()).as(name).isLessThan(2e-3);
  }

  private static Prepared pair(Graph graph, double share) {
    RandomSamples samples = new RandomSamples(7, 40, RandomNetworks.input());
    return Prepared.of(
        RandomNetworks.weights(graph, 7, samples),
        RandomNetworks.weights(graph, 8, samples),
        samples,
        share,
        Set.of());
  }

  @Test
  void run_resNets_fitsAsTheDataWould() {
    assertSameFit(pair(RandomNetworks.resNet(7, 4), 1));
    assertSameFit(pair(RandomNetworks.resNet(7, 4), 0.5));
  }

  @Test
  void run_depthwiseAndBiases_fitsAsTheDataWould() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.relu("relu1", g.norm("bn1", g.conv("expand", GraphBuilder.INPUT, 5, 1, 1)));
    x = g.relu("relu2", g.conv("depthwise", x, 5, 3, 1, 5, true));
    x = g.relu("relu3", g.conv("project", x, 7, 1, 1, 1, true));
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", x), 3)).build();

    assertSameFit(pair(graph, 0.5));
  }

  @Test
  void run_transformers_fitsAsTheDataWould() {
    RandomSamples samples = Family.VIT.samples(9, 60);
    Graph graph = RandomTransformers.vit(9, 4);
    assertSameFit(
        Prepared.of(
            RandomTransformers.weights(graph, 9),
            RandomTransformers.weights(graph, 10),
            samples,
            0.5,
            Set.of()));
  }

  @Test
  void run_separateHeads_fitsAsTheDataWould() {
    RandomSamples samples = new RandomSamples(7, 40, RandomNetworks.input());
    Model a = RandomNetworks.weights(RandomNetworks.resNet(7, 4), 7, samples);
    Model b = RandomNetworks.weights(RandomNetworks.resNet(7, 3), 8, samples);
    assertSameFit(Prepared.of(a, b, samples, 0.5, Set.of("fc")));
  }

  /** Batch normalizations get the statistics of the fitted layers on the sources' mixed inputs. */
  @Test
  void run_recalibrating_setsMeanAndVarianceOnMixedInputs() {
    Prepared prepared = pair(RandomNetworks.resNet(7, 4), 0.5);
    Model merged = run(prepared, true).model();
    List<Map<String, Plain>> values =
        prepared.sources().stream()
            .map(source -> PlainNetwork.values(source, prepared.samples()))
            .toList();
    int compared = 0;
    for (Node norm : merged.graph().nodes()) {
      if (!(norm.op() instanceof Op.BatchNorm bn)) {
        continue;
      }
      Node conv =
          merged.graph().nodes().stream()
              .filter(node -> node.name().equals(norm.inputs().get(0)))
              .findFirst()
              .orElseThrow();
      String value = conv.inputs().get(0);
      Plain x =
          RawLayer.mix(
              prepared.layouts().ofValue(value),
              values.stream().map(one -> one.get(value)).toList());
      Op.Conv2d op = (Op.Conv2d) conv.op();
      Plain y = product(x.unfold(op.window()), Plain.of(merged.parameter(op.weight())));
      for (int c = 0; c < y.dim(1); c++) {
        if (prepared.layouts().ofValue(conv.name()).members(c).size() == 1) {
          continue; // may keep its source's
        }
        double mean = 0;
        double squares = 0;
        int rows = y.dim(0) * y.positions();
        for (int n = 0; n < y.dim(0); n++) {
          for (int l = 0; l < y.positions(); l++) {
            mean += y.get(n, c, l) / rows;
            squares += y.get(n, c, l) * y.get(n, c, l) / rows;
          }
        }
        double variance = squares - mean * mean;
        assertThat((double) merged.parameter(bn.runningMean()).values()[c])
            .isCloseTo(mean, within(1e-4 * Math.sqrt(squares)));
        assertThat((double) merged.parameter(bn.runningVar()).values()[c])
            .isCloseTo(variance, within(1e-4 * squares));
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(10);
  }

  /** [N, p, L] times the transpose of [q, p…]. */
  private static Plain product(Plain x, Plain weight) {
    int q = weight.dim(0);
    int p = x.dim(1);
    double[] out = new double[x.dim(0) * q * x.positions()];
    int k = 0;
    for (int n = 0; n < x.dim(0); n++) {
      for (int j = 0; j < q; j++) {
        for (int l = 0; l < x.positions(); l++) {
          for (int i = 0; i < p; i++) {
            out[k] += weight.values()[j * p + i] * x.get(n, i, l);
          }
          k++;
        }
      }
    }
    return new Plain(x.shape().with(1, q), out);
  }

  @Test
  void run_normalizationBehindASum_isNoted() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.conv("conv1", GraphBuilder.INPUT, 5, 3, 1);
    x = g.relu("relu", g.norm("bn", g.add("add", x, g.conv("conv2", x, 5, 3, 1))));
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", x), 3)).build();

    assertThat(run(pair(graph, 0.5), true).notes())
        .anyMatch(note -> note.startsWith("statistics say nothing of") && note.endsWith(": bn"));
  }

  @Test
  void plus_halves_isTheWhole() {
    RandomSamples samples = new RandomSamples(7, 40, RandomNetworks.input());
    List<Model> sources =
        List.of(
            RandomNetworks.weights(RandomNetworks.resNet(7, 4), 7, samples),
            RandomNetworks.weights(RandomNetworks.resNet(7, 4), 8, samples),
            RandomNetworks.weights(RandomNetworks.resNet(7, 4), 9, samples));
    Statistics whole = collect(sources, samples);
    Statistics first = collect(sources, new PartOfSamples(samples, 0, 15));
    Statistics second = collect(sources, new PartOfSamples(samples, 15, 40));

    assertThat(whole.names()).contains("layers/fc/gram", "layers/fc/rows");
    for (String name : whole.names()) {
      double[] all = whole.get(name).values();
      double largest = 0;
      for (double value : all) {
        largest = Math.max(largest, Math.abs(value));
      }
      for (int k = 0; k < all.length; k++) {
        double sum = first.get(name).values()[k] + second.get(name).values()[k];
        // Products of a batch are summed in float32.
        assertThat(sum).as(name).isCloseTo(all[k], within(1e-5 * largest));
      }
    }
    SourceMoments added = SourceMoments.load("fc", first).plus(SourceMoments.load("fc", second));
    assertThat(added.rows()).isEqualTo(SourceMoments.load("fc", whole).rows()).isEqualTo(40);
  }
}
