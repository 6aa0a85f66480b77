package dev.pleas.core.normalization;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.merge.MergeReport.Normalization;
import dev.pleas.api.merge.MergeReport.Spread;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.moments.UnitSums;
import dev.pleas.core.moments.Walker;
import dev.pleas.core.partial.BlockLayout;
import dev.pleas.core.partial.Layouts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * How much of the sources' variance is left in a merged network where batch normalizations look at
 * it (REPAIR, arXiv:2211.08403, section 3): the variance of a unit over the mean of the variances
 * of the source units that it comes from. Measured on at most {@value #SAMPLES} samples, evenly
 * spread over the calibration data: all networks see the same ones, so that few of them are enough.
 */
public final class VarianceRatios {
  /** A ratio is known to a few percent after some hundred samples, each with many positions. */
  public static final int SAMPLES = 256;

  /** Of the layer's largest variance; far above the rounding of float64 sums. */
  private static final double VANISHING = 1e-10;

  private final List<Tap> taps = new ArrayList<>();
  private final Layouts layouts;
  private final Batches batches;
  private final TensorBackend backend;
  private final long memoryBytes;

  /** A normalization at a place in the list of nodes, and the value that it normalizes. */
  private record Tap(int cut, String name, String input) {}

  /**
   * @param graph of a source; the merged network has the same nodes
   * @param layouts where the units of the merged network come from
   * @param batches the calibration data
   * @param memoryBytes how much may be kept of activations between layers
   */
  public VarianceRatios(
      Graph graph, Layouts layouts, Batches batches, TensorBackend backend, long memoryBytes) {
    for (int i = 0; i < graph.nodes().size(); i++) {
      Node node = graph.nodes().get(i);
      if (node.op() instanceof Op.BatchNorm) {
        taps.add(new Tap(i, node.name(), node.inputs().get(0)));
      }
    }
    this.layouts = layouts;
    this.batches = new Batches(SpreadSamples.of(batches.samples(), SAMPLES), batches.size());
    this.backend = backend;
    this.memoryBytes = memoryBytes;
  }

  /**
   * Measures all networks.
   *
   * @param sources what was merged
   * @param initial the merged network with its initial weights
   * @param merged the merged network
   * @return one entry per batch normalization of which at least one source unit varies
   */
  public List<Normalization> measure(
      List<Model> sources, Model initial, Model merged, Progress progress) {
    if (taps.isEmpty()) {
      return List.of();
    }
    List<Model> all = new ArrayList<>(sources);
    all.add(initial);
    all.add(merged);
    List<Map<String, double[]>> variances = new ArrayList<>();
    try (Progress.Stage stage =
        progress.begin("Measuring variances", (long) all.size() * taps.size() * batches.count())) {
      all.forEach(model -> variances.add(variances(model, stage)));
    }
    List<Normalization> found = new ArrayList<>();
    for (Tap tap : taps) {
      List<double[]> at =
          variances.stream().map(map -> Objects.requireNonNull(map.get(tap.name()))).toList();
      double[] expected = expected(layouts.ofValue(tap.input()), at.subList(0, sources.size()));
      int[] units = alive(expected);
      if (units.length > 0) {
        found.add(
            new Normalization(
                tap.name(),
                units.length,
                spread(at.get(sources.size()), expected, units),
                spread(at.get(sources.size() + 1), expected, units)));
      }
    }
    return found;
  }

  private Map<String, double[]> variances(Model model, Progress.Stage stage) {
    Map<String, double[]> variances = new LinkedHashMap<>();
    try (Walker walker =
        new Walker(backend, model.graph(), model.parameters(), batches, memoryBytes)) {
      for (Tap tap : taps) {
        UnitSums found = walker.sums(tap.cut(), tap.input(), stage);
        variances.put(
            tap.name(),
            IntStream.range(0, found.sums().length)
                .mapToDouble(unit -> found.scatter(unit) / found.count())
                .toArray());
      }
    }
    return variances;
  }

  /** The mean variance of the source units that each unit of the merged network comes from. */
  private static double[] expected(BlockLayout layout, List<double[]> sources) {
    return IntStream.range(0, layout.width())
        .mapToDouble(
            i ->
                layout.members(i).stream()
                    .mapToDouble(s -> sources.get(s)[layout.unit(s, i)])
                    .average()
                    .orElseThrow())
        .toArray();
  }

  /** The units whose source units vary: rounding may leave a little of those that do not. */
  private static int[] alive(double[] expected) {
    double least = VANISHING * Arrays.stream(expected).max().orElse(0);
    return IntStream.range(0, expected.length).filter(i -> expected[i] > least).toArray();
  }

  private static Spread spread(double[] variances, double[] expected, int[] units) {
    return Spread.of(Arrays.stream(units).mapToDouble(i -> variances[i] / expected[i]).toArray());
  }
}
