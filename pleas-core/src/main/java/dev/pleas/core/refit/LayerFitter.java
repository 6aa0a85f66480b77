package dev.pleas.core.refit;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Op;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.moments.LayerMoments;
import dev.pleas.core.partial.BlockLayout;
import dev.pleas.core.partial.Layouts;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Sets weights of the merged network, layer by layer, to what fits given moments best. */
final class LayerFitter {
  private final List<Model> sources;
  private final Graph graph;
  private final Layouts layouts;
  private final Tools tools;
  private final Ridge ridge;
  private final boolean recalibrates;
  private final Map<String, HostTensor> parameters;
  private final Map<String, MergeReport.Layer> reports = new LinkedHashMap<>();
  private final Set<String> notes = new LinkedHashSet<>();

  /**
   * @param recalibrates whether means of batch normalizations are set to the data's afterwards
   */
  LayerFitter(
      List<Model> sources,
      Model initial,
      Layouts layouts,
      Tools tools,
      Ridge ridge,
      boolean recalibrates) {
    this.sources = List.copyOf(sources);
    this.graph = initial.graph();
    this.layouts = layouts;
    this.tools = tools;
    this.ridge = ridge;
    this.recalibrates = recalibrates;
    this.parameters = new LinkedHashMap<>(initial.parameters());
  }

  /**
   * Fits a layer.
   *
   * @param target what its output becomes that the moments' targets are
   * @param split its moments
   * @param rowsAvailable rows that the data has
   */
  void fit(Layer layer, Target target, SplitMoments split, long rowsAvailable) {
    LayerMoments moments = split.all();
    Matrix initial = absorbed(weights(layer), target);
    double[] initialBias = absorbed(row(bias(layer)), target).values();
    List<LayerSystem> systems =
        LayerSystem.of(
            layouts.ofValue(layer.name()),
            layouts.ofValue(layer.input()),
            layer.form().taps(),
            layer.form().groups());
    // A constant offset of what a batch normalization gets is taken away by its mean, so the fit
    // need not spend weights on it.
    boolean shifted = layer.bias() == null && recalibrates && feedsNormalizationOnly(layer.name());
    boolean intercept = layer.bias() != null || shifted;
    LayerRefit refit = new LayerRefit(new SystemSolver(layer.name(), tools, notes::add));
    double pull =
        ridge.choose(split, each -> refit.solve(split.fitted(), initial, systems, intercept, each));
    LayerRefit.Fit fit = refit.solve(moments, initial, systems, intercept, pull);
    write(layer, target, fit);
    double[] offset = shifted ? LayerRefit.intercept(moments, initial) : initialBias;
    double before = Objective.relativeError(moments, initial, offset);
    reports.merge(
        layer.name(),
        new MergeReport.Layer(
            layer.name(),
            moments.rows(),
            rowsAvailable,
            fit.unknowns(),
            before,
            Objective.relativeError(moments, fit.x(), fit.bias()),
            pull,
            fit.conditionEstimate()),
        LayerFitter::latest);
  }

  private void write(Layer layer, Target target, LayerRefit.Fit fit) {
    Matrix weights = fit.x();
    Matrix bias = row(fit.bias());
    if (target.scale() != null) {
      BlockLayout layout = layouts.ofValue(target.value());
      double[] scale = AbsorbedScale.of(sources, target.scale(), layout);
      parameters.put(target.scale(), floats(scale));
      weights = AbsorbedScale.overColumns(weights, scale);
      bias = AbsorbedScale.overColumns(bias, scale);
    }
    parameters.put(layer.weight(), layer.form().toWeight(weights));
    if (layer.bias() != null) {
      parameters.put(layer.bias(), floats(bias.values()));
    }
  }

  /** Returns Wᵀ as it is now. */
  Matrix weights(Layer layer) {
    return layer.form().toMatrix(parameter(layer.weight()));
  }

  /** Returns b as it is now, 0 without one. */
  double[] bias(Layer layer) {
    String bias = layer.bias();
    return bias == null ? new double[layer.form().shape().dim(0)] : doubles(parameter(bias));
  }

  /** Columns times the scale behind the layer, if that is to be absorbed. */
  private Matrix absorbed(Matrix columns, Target target) {
    return target.scale() == null
        ? columns
        : AbsorbedScale.timesColumns(columns, doubles(parameter(target.scale())));
  }

  /** The layer after a further pass; before is what it was before the first. */
  private static MergeReport.Layer latest(MergeReport.Layer first, MergeReport.Layer last) {
    return new MergeReport.Layer(
        last.name(),
        last.rows(),
        last.rowsAvailable(),
        last.unknowns(),
        first.errorBefore(),
        last.errorAfter(),
        last.ridge(),
        last.conditionEstimate());
  }

  private boolean feedsNormalizationOnly(String value) {
    return !graph.outputs().containsValue(value)
        && graph.nodes().stream()
            .filter(node -> node.inputs().contains(value))
            .allMatch(node -> node.op() instanceof Op.BatchNorm);
  }

  /** Returns the parameters, which change as layers are fitted and may be changed. */
  Map<String, HostTensor> parameters() {
    return parameters;
  }

  /** Returns what became of it. */
  LayerPass.Result result() {
    return new LayerPass.Result(
        new Model(graph, parameters), List.copyOf(reports.values()), List.copyOf(notes));
  }

  private HostTensor parameter(String name) {
    HostTensor value = parameters.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no parameter " + name);
    }
    return value;
  }

  private static Matrix row(double[] values) {
    return Matrix.wrap(1, values.length, values);
  }

  static double[] doubles(HostTensor tensor) {
    double[] out = new double[tensor.values().length];
    for (int i = 0; i < out.length; i++) {
      out[i] = tensor.values()[i];
    }
    return out;
  }

  private static HostTensor floats(double[] values) {
    float[] out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) values[i];
    }
    return HostTensor.wrap(Shape.of(values.length), out);
  }
}
