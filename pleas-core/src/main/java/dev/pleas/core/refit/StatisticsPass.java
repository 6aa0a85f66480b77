package dev.pleas.core.refit;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.merge.Statistics;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.moments.LayerMoments;
import dev.pleas.core.moments.SourceMoments;
import dev.pleas.core.moments.UnitSums;
import dev.pleas.core.normalization.BatchNormStatistics;
import dev.pleas.core.partial.BlockLayout;
import dev.pleas.core.partial.Exactness;
import dev.pleas.core.partial.Layouts;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Fits every layer on inputs of the sources by statistics that were collected earlier ({@link
 * SourceStatistics}), without data; the same fit as {@link LayerPass} makes from the data. Batch
 * normalization statistics are set to the mean and variance that the fitted layers have on mixed
 * inputs of the sources.
 */
public final class StatisticsPass {
  /** The matrix that holds the number of samples. */
  public static final String SAMPLES = "samples";

  private final List<Model> sources;
  private final Graph graph;
  private final Layouts layouts;
  private final Exactness exactness;
  private final Statistics statistics;
  private final LayerPass.Settings settings;
  private final LayerFitter fitter;
  private final List<String> unset = new ArrayList<>();

  /**
   * @param sources the networks that were merged, those whose statistics these are
   * @param initial the merged network before the pass
   * @param settings of which those of data and of passes have no meaning
   */
  public StatisticsPass(
      List<Model> sources,
      Model initial,
      Layouts layouts,
      Statistics statistics,
      Tools tools,
      LayerPass.Settings settings) {
    this.sources = List.copyOf(sources);
    this.graph = initial.graph();
    this.layouts = layouts;
    this.exactness = new Exactness(graph, layouts);
    this.statistics = statistics;
    this.settings = settings;
    this.fitter =
        new LayerFitter(sources, initial, layouts, tools, settings.ridge(), settings.recalibrate());
  }

  /** Goes through the network. */
  public LayerPass.Result run(Progress progress) {
    List<Node> nodes = graph.nodes();
    try (Progress.Stage stage = progress.begin("Fitting layers", nodes.size())) {
      for (int i = 0; i < nodes.size(); i++) {
        Layer layer = Layer.of(graph, i);
        if (layer != null) {
          visit(layer);
        } else if (nodes.get(i).op() instanceof Op.BatchNorm && settings.recalibrate()) {
          noteIfUnset(nodes.get(i));
        }
        stage.advance(1);
      }
    }
    LayerPass.Result result = fitter.result();
    if (unset.isEmpty()) {
      return result;
    }
    List<String> notes = new ArrayList<>(result.notes());
    notes.add(
        "statistics say nothing of what these batch normalizations get, so theirs are means of the"
            + " sources': "
            + String.join(", ", unset));
    return new LayerPass.Result(result.model(), result.layers(), notes);
  }

  private void visit(Layer layer) {
    boolean fits =
        settings.inputs() != RefitInputs.NONE
            && !exactness.mapped(layer.input())
            && !settings.excluded().contains(layer.name());
    List<Op.BatchNorm> norms = settings.recalibrate() ? norms(layer.name()) : List.of();
    if (!fits && norms.isEmpty()) {
      return;
    }
    MixedMoments mixed =
        new MixedMoments(
            SourceMoments.load(layer.name(), statistics),
            layouts.ofValue(layer.input()),
            layer.form().taps());
    if (fits) {
      fit(layer, mixed);
    }
    if (!norms.isEmpty()) {
      UnitSums outputs = mixed.outputs(fitter.weights(layer), fitter.bias(layer));
      boolean keepsApart = exactness.apart(layer.name());
      BlockLayout layout = layouts.ofValue(layer.name());
      norms.forEach(
          norm -> BatchNormStatistics.set(fitter.parameters(), norm, outputs, layout, keepsApart));
    }
  }

  private void fit(Layer layer, MixedMoments mixed) {
    Target target = Target.of(graph, layer.index(), false);
    List<Matrix> weights = new ArrayList<>();
    List<double[]> biases = new ArrayList<>();
    for (Model source : sources) {
      Matrix weight = of(source, layer).form().toMatrix(source.parameter(layer.weight()));
      double[] bias =
          layer.bias() == null
              ? new double[weight.columns()]
              : LayerFitter.doubles(source.parameter(layer.bias()));
      if (target.scale() != null) {
        double[] scale = LayerFitter.doubles(source.parameter(target.scale()));
        weight = AbsorbedScale.timesColumns(weight, scale);
        bias = AbsorbedScale.timesColumns(Matrix.wrap(1, bias.length, bias), scale).values();
      }
      weights.add(weight);
      biases.add(bias);
    }
    LayerMoments moments = mixed.targets(weights, biases, layouts.ofValue(layer.name()));
    Shape output = graph.valueShape(layer.name());
    long samples = (long) statistics.get(SAMPLES).get(0, 0);
    LayerPart.Data all =
        new LayerPart.Data(LayerPart.whole(layer), new SplitMoments(moments, null));
    fitter.fit(layer, target, List.of(all), samples * output.elementsFrom(1));
  }

  /** The layer in a source, where it has other widths. */
  private static Layer of(Model source, Layer layer) {
    return Objects.requireNonNull(Layer.of(source.graph(), layer.index()), layer.name());
  }

  private List<Op.BatchNorm> norms(String value) {
    return graph.nodes().stream()
        .filter(node -> node.inputs().get(0).equals(value))
        .filter(node -> node.op() instanceof Op.BatchNorm)
        .map(node -> (Op.BatchNorm) node.op())
        .toList();
  }

  private void noteIfUnset(Node norm) {
    boolean behindLayer =
        graph.nodes().stream()
            .anyMatch(
                node ->
                    node.name().equals(norm.inputs().get(0))
                        && (node.op() instanceof Op.Conv2d || node.op() instanceof Op.Linear));
    if (!behindLayer) {
      unset.add(norm.name());
    }
  }
}
