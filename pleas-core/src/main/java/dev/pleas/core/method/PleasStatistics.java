package dev.pleas.core.method;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.PlanRequest;
import dev.pleas.api.merge.Statistics;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.core.alignment.ActivationMatching;
import dev.pleas.core.moments.JointMoments;
import dev.pleas.core.moments.SmallerBatches;
import dev.pleas.core.refit.RowSampling;
import dev.pleas.core.refit.SourceStatistics;
import dev.pleas.core.refit.StatisticsPass;
import dev.pleas.core.symmetry.Symmetry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What {@code pleas} keeps of calibration data: joint moments of all taps and of all layers. */
final class PleasStatistics {
  private PleasStatistics() {}

  /**
   * Collects everything that merges of these sources need, whatever their budget and ridge; where
   * layers are to be fitted to inputs from the merged network, that is what units are matched by.
   */
  static void collect(MergeRequest request, Settings settings, Statistics.Sink sink) {
    OutputHeads heads = OutputHeads.of(settings, PlanRequest.of(request), new ArrayList<>());
    List<Model> sources = heads.joinModels(request.sources());
    boolean layers = !MergeData.fitsOnImages(settings);
    if (layers) {
      SourceStatistics.expect(sources, sink);
    }
    PermutationSpec spec = Symmetry.derive(sources.get(0).graph());
    SmallerBatches stages = Calibration.stages(settings, request, 1, request.progress()::note);
    stages
        .run(
            (batches, memory) ->
                ActivationMatching.moments(
                    sources, spec, batches, request.tools().backend(), request.progress()))
        .forEach((value, moments) -> moments.store(value, sink));
    int samples = Objects.requireNonNull(request.calibration(), "seen by stages").count();
    sink.put(StatisticsPass.SAMPLES, Matrix.wrap(1, 1, new double[] {samples}));
    if (!layers) {
      return;
    }
    int rowsPerColumn = Calibration.rowsPerColumn(settings);
    // What is complete stays, if a device runs out of memory and the rest is begun again.
    Set<String> done = new HashSet<>();
    stages.run(
        (batches, memory) -> {
          new SourceStatistics(
                  sources,
                  batches,
                  request.tools(),
                  new RowSampling(samples, rowsPerColumn, request.seed()),
                  memory)
              .collect(done, sink, request.progress());
          return done;
        });
  }

  /**
   * Returns the joint moments of all taps.
   *
   * @throws ConfigurationException if these are no statistics of such networks
   */
  static Map<String, JointMoments> moments(
      Graph graph, PermutationSpec spec, Statistics statistics) {
    Map<String, JointMoments> moments = new LinkedHashMap<>();
    ActivationMatching.taps(graph, spec).values().stream()
        .flatMap(List::stream)
        .forEach(tap -> moments.computeIfAbsent(tap, key -> JointMoments.load(key, statistics)));
    return moments;
  }

  /**
   * Refuses statistics of other networks.
   *
   * @param layers whether layers are to be fitted by them, too
   * @throws ConfigurationException naming the first thing that is missing or of another size
   */
  static void check(
      List<Model> sources, PermutationSpec spec, Statistics statistics, boolean layers) {
    Graph graph = sources.get(0).graph();
    Map<String, Integer> sizes = new LinkedHashMap<>();
    ActivationMatching.taps(graph, spec).values().stream()
        .flatMap(List::stream)
        .forEach(tap -> sizes.put(JointMoments.sumsOf(tap), graph.valueShape(tap).dim(0)));
    if (layers) {
      sizes.putAll(SourceStatistics.sizes(sources));
    }
    sizes.forEach(
        (name, size) -> {
          if (!statistics.names().contains(name)) {
            throw new ConfigurationException(
                "statistics: there is no "
                    + name
                    + ", which merges of "
                    + graph.architecture()
                    + " need; they were collected of other networks, or with another"
                    + " fold-normalization or refit; collect them of these");
          }
          int found = statistics.get(name).columns();
          if (found != size) {
            throw new ConfigurationException(
                "statistics: "
                    + name
                    + " has "
                    + found
                    + " columns, expected "
                    + size
                    + ": they were collected of networks of another width or number; collect"
                    + " them of these");
          }
        });
  }
}
