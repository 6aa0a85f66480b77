package dev.pleas.core.refit;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.moments.Walker;
import dev.pleas.core.normalization.BatchNormStatistics;
import dev.pleas.core.partial.Exactness;
import dev.pleas.core.partial.Layouts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the merged network once, in execution order, and at each layer with weights refits
 * it on the calibration data, at each batch normalization sets its statistics. What the merged
 * network reproduces exactly without that ({@link Exactness}) is left as it is.
 */
public final class LayerPass {
  private final List<Model> sources;
  private final Graph graph;
  private final Layouts layouts;
  private final Exactness exactness;
  private final Batches batches;
  private final Tools tools;
  private final Settings settings;
  private final long memoryBytes;
  private final LayerData data;
  private final NeededPositions needed;
  private final LayerFitter fitter;

  /**
   * How to go through.
   *
   * @param inputs where layer inputs come from
   * @param residual whether a branch is fitted to the stream that it is added to; needs merged
   *     inputs
   * @param recalibrate whether to set batch normalization statistics
   * @param ridge how strong the pull is towards the weights before the pass
   * @param excluded layers that keep their initial weights
   * @param passes how often to go through; each pulls towards the weights of the one before, so
   *     that many of them undo the ridge's bias (iterated Tikhonov regularization: Engl, Hanke and
   *     Neubauer 1996, section 5.1)
   * @param rowsPerColumn positions of a convolution are sampled down to about this many rows for
   *     each column of its system; 0 to use all
   * @param seed of position sampling
   */
  public record Settings(
      RefitInputs inputs,
      boolean residual,
      boolean recalibrate,
      Ridge ridge,
      Set<String> excluded,
      int passes,
      int rowsPerColumn,
      long seed) {
    /** Returns the settings that fit nothing and only set batch normalization statistics. */
    public static Settings ofStatistics() {
      return new Settings(RefitInputs.NONE, false, true, new Ridge(0), Set.of(), 1, 0, 0);
    }
  }

  /**
   * The network after the pass.
   *
   * @param model the merged network
   * @param layers a report for each refitted layer, in execution order
   * @param notes what a person should know
   */
  public record Result(Model model, List<MergeReport.Layer> layers, List<String> notes) {}

  /** What is done at a node. */
  private interface Step {
    void run(Walkers walkers, Progress.Stage stage);
  }

  /**
   * @param sources the networks that were merged
   * @param initial the merged network before the pass
   * @param memoryBytes how much may be kept of activations between layers
   */
  public LayerPass(
      List<Model> sources,
      Model initial,
      Layouts layouts,
      Batches batches,
      Tools tools,
      Settings settings,
      long memoryBytes) {
    this.sources = List.copyOf(sources);
    this.graph = initial.graph();
    this.layouts = layouts;
    this.exactness = new Exactness(graph, layouts);
    this.batches = batches;
    this.tools = tools;
    this.settings = settings;
    this.memoryBytes = memoryBytes;
    this.data =
        new LayerData(
            tools.backend(),
            layouts,
            batches,
            settings.inputs(),
            new RowSampling(batches.samples().count(), settings.rowsPerColumn(), settings.seed()),
            settings.ridge().isAuto());
    this.needed = new NeededPositions(graph);
    this.fitter =
        new LayerFitter(sources, initial, layouts, tools, settings.ridge(), settings.recalibrate());
  }

  /** Goes through the network. */
  public Result run(Progress progress) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < graph.nodes().size(); i++) {
      Step step = step(graph.nodes().get(i), i);
      if (step != null) {
        steps.add(step);
      }
    }
    long perPass = (long) steps.size() * batches.count();
    try (Progress.Stage stage = progress.begin("Fitting layers", perPass * settings.passes())) {
      for (int pass = 0; pass < settings.passes(); pass++) {
        try (Walkers walkers = walkers()) {
          steps.forEach(step -> step.run(walkers, stage));
        }
      }
    }
    return fitter.result();
  }

  private Walkers walkers() {
    long share = memoryBytes / (sources.size() + 1);
    return new Walkers(
        sources.stream().map(model -> walker(model.graph(), model.parameters(), share)).toList(),
        walker(graph, fitter.parameters(), share));
  }

  private Walker walker(Graph network, Map<String, HostTensor> weights, long memoryBytes) {
    return new Walker(tools.backend(), network, weights, batches, memoryBytes);
  }

  private @Nullable Step step(Node node, int index) {
    String x = node.inputs().get(0);
    Layer layer = Layer.of(graph, index);
    boolean fits =
        settings.inputs() != RefitInputs.NONE
            && !exactness.mapped(x)
            && !settings.excluded().contains(node.name());
    if (layer != null && fits) {
      return (walkers, stage) -> fit(walkers, stage, layer);
    } else if (node.op() instanceof Op.BatchNorm norm && settings.recalibrate()) {
      boolean keepsApart = exactness.apart(x);
      boolean nothingToDo = keepsApart && layouts.ofValue(x).allApart();
      return nothingToDo
          ? null
          : (walkers, stage) ->
              BatchNormStatistics.set(
                  fitter.parameters(),
                  norm,
                  walkers.merged().sums(index, x, stage),
                  layouts.ofValue(x),
                  keepsApart);
    }
    return null;
  }

  private void fit(Walkers walkers, Progress.Stage stage, Layer layer) {
    boolean residual = settings.residual() && settings.inputs() == RefitInputs.MERGED;
    Target target = Target.of(graph, layer.index(), residual);
    Shape output = graph.valueShape(layer.name());
    List<LayerPart.Data> parts =
        data.collect(walkers, layer, target, needed.of(layer.name()), output, stage);
    fitter.fit(layer, target, parts, batches.samples().count() * output.elementsFrom(1));
  }
}
