package dev.pleas.core.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.data.Samples;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.error.DataException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.merge.Statistics;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.oracle.Family;
import dev.pleas.core.oracle.MappedSamples;
import dev.pleas.core.oracle.PartOfSamples;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/** Merging by statistics instead of data. */
class StatisticsMergeTest {
  private static MergeRequest request(
      TensorBackend backend,
      List<Model> sources,
      @Nullable Samples samples,
      @Nullable Statistics statistics,
      String... settings) {
    return new MergeRequest(
        sources,
        IntStream.range(0, sources.size()).mapToObj(s -> "s" + s).toList(),
        null,
        samples,
        statistics,
        Merging.settings(settings),
        1,
        Merging.tools(backend),
        Progress.NONE);
  }

  private static Statistics collect(List<Model> sources, Samples samples, String... more) {
    List<String> settings = new ArrayList<>(List.of("rows-per-column", "0"));
    settings.addAll(List.of(more));
    try (TensorBackend backend = Merging.backend()) {
      Statistics.InMemory statistics = new Statistics.InMemory();
      new PleasMethod()
          .statistics(
              request(backend, sources, samples, null, settings.toArray(String[]::new)),
              statistics);
      return statistics;
    }
  }

  private static MergeResult merge(
      List<Model> sources,
      @Nullable Samples samples,
      @Nullable Statistics statistics,
      String... settings) {
    try (TensorBackend backend = Merging.backend()) {
      return new PleasMethod().merge(request(backend, sources, samples, statistics, settings));
    }
  }

  private static List<Model> sources(Family family, int seed, RandomSamples samples, int count) {
    Graph graph = family.graph(seed, 4);
    return IntStream.range(0, count)
        .mapToObj(s -> family.weights(graph, seed + s, samples))
        .toList();
  }

  /** The sum of two parts, entry by entry. */
  private static Statistics sum(Statistics a, Statistics b) {
    Statistics.InMemory sum = new Statistics.InMemory();
    for (String name : a.names()) {
      double[] values = a.get(name).values().clone();
      for (int k = 0; k < values.length; k++) {
        values[k] += b.get(name).values()[k];
      }
      sum.put(name, Matrix.wrap(a.get(name).rows(), a.get(name).columns(), values));
    }
    return sum;
  }

  private static Samples part(Samples samples, int from, int to) {
    return new PartOfSamples(samples, from, to);
  }

  private static void assertSameNetworks(
      Model found, Model expected, RandomSamples samples, double tolerance) {
    assertThat(found.graph().parameters()).isEqualTo(expected.graph().parameters());
    Plain logits = PlainNetwork.logits(expected, samples);
    assertThat(PlainNetwork.logits(found, samples).distance(logits) / logits.largest())
        .isLessThan(tolerance);
  }

  @Property(tries = 4)
  void merge_byStatisticsOfParts_isThatOfAllData(
      @ForAll @IntRange(max = 10_000) int seed,
      @ForAll Family family,
      @ForAll @IntRange(min = 2, max = 3) int count,
      @ForAll @IntRange(min = 10, max = 50) int cut) {
    RandomSamples samples = family.samples(seed, 60);
    List<Model> sources = sources(family, seed, samples, count);
    Statistics whole = collect(sources, samples);
    Statistics parts =
        sum(
            collect(sources, part(samples, 0, cut)),
            collect(sources, part(samples, cut, samples.count())));

    MergeResult one = merge(sources, null, whole, "budget", "1.4", "ridge", "0.01");
    MergeResult two = merge(sources, null, parts, "budget", "1.4", "ridge", "0.01");

    assertThat(one.report().groups()).isNotEmpty();
    assertThat(two.report().groups().stream().map(MergeReport.Group::sources).toList())
        .isEqualTo(one.report().groups().stream().map(MergeReport.Group::sources).toList());
    // Products are summed in float32 batch by batch, and batches differ.
    assertSameNetworks(two.model(), one.model(), samples, 1e-2);
    assertThat(one.report().settings()).containsEntry("refit", "sources");
  }

  @Example
  void statistics_everyLargeMatrix_isToldOfBeforeAnyDataIsRead() {
    RandomSamples samples = Family.RESNET.samples(1, 20);
    List<Model> sources = sources(Family.RESNET, 1, samples, 3);
    List<String> read = new ArrayList<>();
    Samples watched =
        new MappedSamples(
            samples,
            batch -> {
              read.add("data");
              return batch;
            });
    Map<String, Shape> told = new LinkedHashMap<>();
    Map<String, Shape> taken = new LinkedHashMap<>();
    Statistics.Sink sink =
        new Statistics.Sink() {
          @Override
          public void expect(String name, int rows, int columns) {
            assertThat(read).isEmpty();
            told.put(name, Shape.of(rows, columns));
          }

          @Override
          public void put(String name, Matrix sums) {
            taken.put(name, Shape.of(sums.rows(), sums.columns()));
          }
        };
    try (TensorBackend backend = Merging.backend()) {
      new PleasMethod().statistics(request(backend, sources, watched, null), sink);
    }
    assertThat(read).isNotEmpty();
    taken.keySet().removeIf(name -> !name.startsWith("layers/") || !name.endsWith("/gram"));
    assertThat(told).isNotEmpty().isEqualTo(taken);
  }

  @Property(tries = 4)
  void merge_byStatisticsAndData_isThatOfTheData(
      @ForAll @IntRange(max = 10_000) int seed, @ForAll Family family) {
    RandomSamples samples = family.samples(seed, 200);
    List<Model> sources = sources(family, seed, samples, 2);
    String[] settings = {
      "budget", "1.4", "refit", "sources", "rows-per-column", "0", "ridge", "0.01"
    };

    MergeResult byData = merge(sources, samples, null, settings);
    MergeResult byStatistics = merge(sources, samples, collect(sources, samples), settings);

    assertThat(byStatistics.report().layers()).hasSameSizeAs(byData.report().layers());
    assertSameNetworks(byStatistics.model(), byData.model(), samples, 1e-2);
  }

  @Example
  void merge_byStatisticsAlone_worksAtAnyBudgetAndRidge() {
    RandomSamples samples = new RandomSamples(5, 60, RandomNetworks.input());
    List<Model> sources = sources(Family.RESNET, 5, samples, 2);
    Statistics statistics = collect(sources, samples);

    for (String budget : List.of("1.0", "1.5", "2.0")) {
      for (String ridge : List.of("0.1", "0.001")) {
        MergeReport report =
            merge(sources, null, statistics, "budget", budget, "ridge", ridge).report();
        assertThat(report.cost().flops()).isLessThanOrEqualTo(Double.parseDouble(budget));
        assertThat(report.layers())
            .allSatisfy(
                layer -> assertThat(layer.errorAfter()).isLessThan(layer.errorBefore() + 1e-6));
        assertThat(report.normalizations()).isEmpty();
      }
    }
  }

  @Example
  void merge_byStatisticsWhatNeedsImages_isRefused() {
    RandomSamples samples = new RandomSamples(5, 60, RandomNetworks.input());
    List<Model> sources = sources(Family.RESNET, 5, samples, 2);
    Statistics statistics = collect(sources, samples);

    assertThatThrownBy(() -> merge(sources, null, statistics, "refit", "merged"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("refit = merged runs the merged network on images");
    assertThatThrownBy(() -> merge(sources, null, statistics, "ridge", "auto"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("ridge = auto judges on images");
    assertThatThrownBy(() -> merge(sources, null, statistics, "allocation", "optimal"))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("statistics are not enough for this");
  }

  /** Units are matched by what was collected, and layers fitted on images: to the bit the same. */
  @Property(tries = 4)
  void merge_byStatisticsOfMatchingAndData_isThatOfTheData(
      @ForAll @IntRange(max = 10_000) int seed, @ForAll Family family) {
    RandomSamples samples = family.samples(seed, 60);
    List<Model> sources = sources(family, seed, samples, 2);
    Statistics ofMatching = collect(sources, samples, "refit", "merged");

    assertThat(ofMatching.names()).isNotEmpty().noneMatch(name -> name.startsWith("layers/"));
    MergeResult byData = merge(sources, samples, null, "budget", "1.4");
    MergeResult byBoth = merge(sources, samples, ofMatching, "budget", "1.4");
    byData
        .model()
        .parameters()
        .forEach(
            (name, value) ->
                assertThat(byBoth.model().parameter(name).values())
                    .as(name)
                    .isEqualTo(value.values()));
    assertThatThrownBy(() -> merge(sources, samples, ofMatching, "refit", "sources"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("or with another fold-normalization or refit");
  }

  @Example
  void statistics_ofMergesThatTransfer_areRefused() {
    RandomSamples samples = new RandomSamples(5, 60, RandomNetworks.input());
    List<Model> sources = sources(Family.RESNET, 5, samples, 2);

    assertThatThrownBy(() -> collect(sources, samples, "normalization", "transfer"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageEndingWith("give images to the merge");
  }

  @Example
  void merge_byStatisticsOfOtherNetworks_isRefused() {
    RandomSamples samples = new RandomSamples(5, 60, RandomNetworks.input());
    List<Model> sources = sources(Family.RESNET, 5, samples, 2);
    Statistics ofThree = collect(sources(Family.RESNET, 5, samples, 3), samples);

    assertThatThrownBy(() -> merge(sources, null, ofThree))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("columns, expected ")
        .hasMessageEndingWith("collect them of these");
    assertThatThrownBy(() -> merge(sources, null, new Statistics.InMemory()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("statistics: there is no values/maxpool/sums, which merges of ");
  }
}
