package dev.pleas.core.refit;

import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.merge.Statistics;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.moments.SourceMoments;
import dev.pleas.core.moments.Walker;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

/** Runs the sources over the data once and adds up the joint moments of every layer's inputs. */
public final class SourceStatistics {
  private final List<Model> sources;
  private final Batches batches;
  private final Tools tools;
  private final RowSampling sampling;
  private final long memoryBytes;

  /**
   * @param sources of one graph, up to the widths of heads
   * @param sampling of positions
   * @param memoryBytes how much may be kept of activations between layers
   */
  public SourceStatistics(
      List<Model> sources, Batches batches, Tools tools, RowSampling sampling, long memoryBytes) {
    this.sources = List.copyOf(sources);
    this.batches = batches;
    this.tools = tools;
    this.sampling = sampling;
    this.memoryBytes = memoryBytes;
  }

  /**
   * Computes the moments, a layer at a time.
   *
   * @param done names of layers to leave out; grows by those that were given to the sink
   * @param sink gets those of each layer as {@link SourceMoments}
   */
  public void collect(Set<String> done, Statistics.Sink sink, Progress progress) {
    Graph graph = sources.get(0).graph();
    NeededPositions needed = new NeededPositions(graph);
    List<Layer> layers =
        layers(graph).stream().filter(layer -> !done.contains(layer.name())).toList();
    List<Walker> walkers = sources.stream().map(this::walker).toList();
    try (Progress.Stage stage =
        progress.begin("Collecting statistics", (long) layers.size() * batches.count())) {
      for (Layer layer : layers) {
        collect(layer, walkers, needed.of(layer.name()), stage).store(layer.name(), sink);
        done.add(layer.name());
      }
    } finally {
      walkers.forEach(Walker::close);
    }
  }

  /** Tells of the largest matrix of each layer. */
  public static void expect(List<Model> sources, Statistics.Sink sink) {
    for (Layer layer : layers(sources.get(0).graph())) {
      int columns = Math.multiplyExact(sources.size(), layer.form().rows());
      sink.expect(SourceMoments.gramOf(layer.name()), columns, columns);
    }
  }

  /** Returns how many columns the sums of each layer have, by the name of their matrix. */
  public static Map<String, Integer> sizes(List<Model> sources) {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    for (Layer layer : layers(sources.get(0).graph())) {
      sizes.put(SourceMoments.sumsOf(layer.name()), sources.size() * layer.form().rows());
    }
    return sizes;
  }

  private static List<Layer> layers(Graph graph) {
    return IntStream.range(0, graph.nodes().size())
        .mapToObj(i -> Layer.of(graph, i))
        .filter(Objects::nonNull)
        .toList();
  }

  private Walker walker(Model model) {
    return new Walker(
        tools.backend(), model.graph(), model.parameters(), batches, memoryBytes / sources.size());
  }

  private SourceMoments collect(
      Layer layer, List<Walker> walkers, int[] needed, Progress.Stage stage) {
    int columns = layer.form().rows();
    int all = sources.size() * columns;
    Shape output = sources.get(0).graph().valueShape(layer.name());
    // Only positions that matter, however few: parts of the data must add up to the whole.
    RowSampling.Sampler sampler = sampling.of(layer.index(), columns, output, needed);
    try (TensorScope totals = tools.backend().newScope()) {
      GramAccumulator gram = totals.gram(all, all);
      SumAccumulator sums = totals.sums(all);
      for (int batch = 0; batch < batches.count(); batch++) {
        try (TensorScope scope = tools.backend().newScope()) {
          int[] chosen = sampler.next();
          int at = batch;
          List<Tensor> inputs =
              walkers.stream()
                  .map(walker -> walker.value(at, layer.index(), layer.input(), scope))
                  .map(x -> RowSampling.inputs(scope, layer.node().op(), x, chosen))
                  .toList();
          Tensor x = scope.concat(1, inputs);
          gram.add(x, x);
          sums.add(x);
        }
        stage.advance(1);
      }
      return new SourceMoments(sums.count(), gram.toMatrix(), sums.sums());
    }
  }
}
