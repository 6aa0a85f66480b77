package dev.pleas.core.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.MergeMethod;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.PlanRequest;
import dev.pleas.api.merge.PlannedMerge;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.merge.Statistics;
import dev.pleas.api.model.Model;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/** Laws of merging networks that are merged themselves, and so have several heads. */
class MergedAgainTest {
  private static MergeRequest request(
      TensorBackend backend,
      Map<String, Model> sources,
      @Nullable RandomSamples samples,
      @Nullable Statistics statistics,
      String... settings) {
    return new MergeRequest(
        List.copyOf(sources.values()),
        List.copyOf(sources.keySet()),
        null,
        samples,
        statistics,
        Merging.settings(settings),
        1,
        Merging.tools(backend),
        Progress.NONE);
  }

  private static MergeResult merge(
      MergeMethod method, Map<String, Model> sources, RandomSamples samples, String... settings) {
    try (TensorBackend backend = Merging.backend()) {
      return method.merge(request(backend, sources, samples, null, settings));
    }
  }

  private static MergeResult merge(
      Map<String, Model> sources, RandomSamples samples, String... settings) {
    return merge(new PleasMethod(), sources, samples, settings);
  }

  private static Model plain(int seed, int classes, long weights, RandomSamples samples) {
    return RandomNetworks.weights(RandomNetworks.resNet(seed, classes), weights, samples);
  }

  /** A network with the outputs lo and hi. */
  private static Model twoHeads(int seed, RandomSamples samples) {
    Model lo = plain(seed, 4, seed + 1, samples);
    Model hi = plain(seed, 3, seed + 2, samples);
    return merge(sources("lo", lo, "hi", hi), samples, "heads", "separate").model();
  }

  private static Map<String, Model> sources(Object... entries) {
    Map<String, Model> map = new LinkedHashMap<>();
    for (int i = 0; i < entries.length; i += 2) {
      map.put((String) entries[i], (Model) entries[i + 1]);
    }
    return map;
  }

  /** Compares every head with its source's own. */
  private static void requireOwnOutputs(
      Model merged, Map<String, Model> sources, RandomSamples samples, double tolerance) {
    Map<String, Plain> found = PlainNetwork.outputs(merged, samples);
    Map<String, Plain> expected = new LinkedHashMap<>();
    sources.forEach(
        (name, source) -> {
          Map<String, Plain> own = PlainNetwork.outputs(source, samples);
          own.forEach(
              (output, logits) ->
                  expected.put(own.size() == 1 ? name : name + "-" + output, logits));
        });
    assertThat(found.keySet()).containsExactlyElementsOf(expected.keySet());
    expected.forEach(
        (name, logits) ->
            assertThat(found.get(name).distance(logits) / logits.largest())
                .as(name)
                .isLessThan(tolerance));
  }

  @Property(tries = 3)
  void merge_withItself_computesEveryHead(@ForAll @IntRange(max = 10_000) int seed) {
    RandomSamples samples = new RandomSamples(seed, 40, RandomNetworks.input());
    Model h = twoHeads(seed, samples);
    Map<String, Model> sources = sources("one", h, "two", h);

    MergeResult merged = merge(sources, samples, "heads", "separate");

    // The fit pulls a little.
    requireOwnOutputs(merged.model(), sources, samples, 1e-3);
  }

  @Property(tries = 3)
  void merge_withPlainOnesAndEverythingApart_computesEveryHead(
      @ForAll @IntRange(max = 10_000) int seed) {
    RandomSamples samples = new RandomSamples(seed, 20, RandomNetworks.input());
    Map<String, Model> sources =
        sources(
            "h", twoHeads(seed, samples),
            "all", plain(seed, 6, seed + 3, samples),
            "other", twoHeads(seed, samples),
            "one", plain(seed, 1, seed + 5, samples));

    MergeResult merged = merge(sources, samples, "budget", "4");

    assertThat(merged.report().settings()).containsEntry("heads", "separate");
    assertThat(merged.report().notes())
        .contains("heads: the networks have different outputs, so each keeps its own heads");
    requireOwnOutputs(merged.model(), sources, samples, 1e-6);
  }

  @Property(tries = 3)
  void merge_mergedOfMerged_keepsAllHeads(@ForAll @IntRange(max = 10_000) int seed) {
    RandomSamples samples = new RandomSamples(seed, 20, RandomNetworks.input());
    Model h = twoHeads(seed, samples);
    Model once = merge(sources("h", h, "c", plain(seed, 5, 9, samples)), samples).model();
    Map<String, Model> sources = sources("x", once, "h", h);

    MergeResult merged = merge(sources, samples, "budget", "2");

    requireOwnOutputs(merged.model(), sources, samples, 1e-6);
    assertThat(merged.model().graph().outputs())
        .containsEntry("x-h-lo", "fc.x-h-lo")
        .containsEntry("h-hi", "fc.h-hi");
  }

  @Property(tries = 3)
  void plan_ofMerged_isWhatTheMergeMakes(@ForAll @IntRange(max = 10_000) int seed) {
    RandomSamples samples = new RandomSamples(seed, 20, RandomNetworks.input());
    Map<String, Model> sources =
        sources("c", plain(seed, 5, 9, samples), "h", twoHeads(seed, samples));
    for (String fold : List.of("false", "true")) {
      String[] settings = {"budget", "1.4", "fold-normalization", fold};
      Graph made = merge(sources, samples, settings).model().graph();

      PlannedMerge plan =
          new PleasMethod()
              .plan(
                  new PlanRequest(
                      sources.values().stream().map(Model::graph).toList(),
                      List.copyOf(sources.keySet()),
                      null,
                      Merging.settings(settings)));

      assertThat(plan.result().nodes()).isEqualTo(made.nodes());
      assertThat(plan.result().outputs()).isEqualTo(made.outputs());
      assertThat(plan.result().parameters()).isEqualTo(made.parameters());
    }
  }

  @Property(tries = 3)
  void merge_sourcesInAnotherOrder_hasTheSameWidthsAndHeads(
      @ForAll @IntRange(max = 10_000) int seed) {
    RandomSamples samples = new RandomSamples(seed, 20, RandomNetworks.input());
    Model h = twoHeads(seed, samples);
    Model c = plain(seed, 5, 9, samples);
    Model d = plain(seed, 2, 10, samples);

    Graph one = merge(sources("h", h, "c", c, "d", d), samples, "budget", "1.7").model().graph();
    Graph two = merge(sources("d", d, "h", h, "c", c), samples, "budget", "1.7").model().graph();

    assertThat(two.parameters()).isEqualTo(one.parameters());
    assertThat(two.outputs()).isEqualTo(one.outputs());
  }

  @Example
  void merge_byOtherMethods_keepsEveryHead() {
    RandomSamples samples = new RandomSamples(1, 40, RandomNetworks.input());
    Model h = twoHeads(1, samples);
    Map<String, Model> sources = sources("one", h, "two", h);
    for (MergeMethod method : List.of(new AverageMethod(), new RegMeanMethod())) {
      Model merged = merge(method, sources, samples, "heads", "separate").model();
      requireOwnOutputs(merged, sources, samples, 1e-3);

      Map<String, Model> unlike = sources("h", h, "c", plain(1, 5, 9, samples));
      assertThat(merge(method, unlike, samples).model().graph().outputs())
          .containsOnlyKeys("h-lo", "h-hi", "c");
    }
  }

  @Example
  void merge_dataFree_keepsEveryHead() {
    RandomSamples samples = new RandomSamples(1, 40, RandomNetworks.input());
    Map<String, Model> sources = sources("h", twoHeads(1, samples), "c", plain(1, 5, 9, samples));
    try (TensorBackend backend = Merging.backend()) {
      Model merged =
          new PleasMethod()
              .merge(request(backend, sources, null, null, "data-free", "true", "budget", "2"))
              .model();
      requireOwnOutputs(merged, sources, samples, 1e-6);
    }
  }

  @Example
  void merge_fromStatistics_isThatFromTheImages() {
    RandomSamples samples = new RandomSamples(3, 30, RandomNetworks.input());
    Map<String, Model> sources = sources("h", twoHeads(3, samples), "c", plain(3, 5, 9, samples));
    String[] settings = {"budget", "2"};
    try (TensorBackend backend = Merging.backend()) {
      Statistics.InMemory statistics = new Statistics.InMemory();
      new PleasMethod().statistics(request(backend, sources, samples, null, settings), statistics);
      Model merged =
          new PleasMethod().merge(request(backend, sources, null, statistics, settings)).model();
      requireOwnOutputs(merged, sources, samples, 1e-6);
    }
  }

  @Example
  void merge_sharedHeadsOfNetworksWithOtherOutputs_saysWhichTheyHave() {
    RandomSamples samples = new RandomSamples(1, 20, RandomNetworks.input());
    Map<String, Model> sources = sources("h", twoHeads(1, samples), "c", plain(1, 7, 9, samples));
    assertThatThrownBy(() -> merge(sources, samples, "heads", "shared"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "heads = shared needs the same outputs in all networks: h has outputs [lo, hi], c"
                + " [logits]; use heads = separate");
  }

  @Example
  void merge_ofOtherWidths_namesTheParameterAndTheRemedy() {
    RandomSamples samples = new RandomSamples(1, 20, RandomNetworks.input());
    Model c = plain(1, 4, 3, samples);
    Model wide =
        merge(sources("lo", c, "hi", plain(1, 3, 4, samples)), samples, "budget", "2").model();
    int width = c.parameter("conv1.weight").shape().dim(0);
    assertThatThrownBy(() -> merge(sources("wide", wide, "c", c), samples))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(
            "conv1.weight: wide has [%d, 3, 3, 3], c has [%d, 3, 3, 3]: "
                .formatted(2 * width, width))
        .hasMessageEndingWith("; merge networks of one architecture and of the same widths");
  }

  @Example
  void merge_sameOutputs_areSharedByDefault() {
    RandomSamples samples = new RandomSamples(1, 40, RandomNetworks.input());
    Model h = twoHeads(1, samples);
    MergeResult merged = merge(sources("one", h, "two", h), samples);
    assertThat(merged.report().settings()).containsEntry("heads", "shared");
    assertThat(merged.model().graph().outputs()).isEqualTo(h.graph().outputs());
  }
}
