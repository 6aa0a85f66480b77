package dev.pleas.core.refit;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Op;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.partial.Layouts;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
   * @param data the moments of its parts
   * @param rowsAvailable rows that the data has
   */
  void fit(Layer layer, Target target, List<LayerPart.Data> data, long rowsAvailable) {
    // A constant offset of what a batch normalization gets is taken away by its mean, so the fit
    // need not spend weights on it.
    boolean shifted = layer.bias() == null && recalibrates && feedsNormalizationOnly(layer.name());
    List<PartFitter> parts = data.stream().map(each -> part(layer, target, each, shifted)).toList();
    double pull =
        ridge.choose(
            data.stream().map(LayerPart.Data::moments).toList(),
            each -> {
              double ofFitted = each * PartFitter.meanDiagonal(parts, false);
              return parts.stream().map(part -> part.fitted(ofFitted)).toList();
            });
    double ofAll = pull * PartFitter.meanDiagonal(parts, true);
    List<LayerRefit.Fit> fits = parts.stream().map(part -> part.all(ofAll)).toList();
    double scatter = parts.stream().mapToDouble(PartFitter::scatter).sum();
    double before = parts.stream().mapToDouble(PartFitter::errorBefore).sum();
    double after = 0;
    for (int i = 0; i < fits.size(); i++) {
      after += parts.get(i).error(fits.get(i));
    }
    write(layer, target, data, fits);
    reports.merge(
        layer.name(),
        new MergeReport.Layer(
            layer.name(),
            parts.get(0).rows(),
            rowsAvailable,
            fits.stream().mapToInt(LayerRefit.Fit::unknowns).max().orElse(0),
            Objective.relative(before, scatter),
            Objective.relative(after, scatter),
            pull,
            fits.stream().mapToDouble(LayerRefit.Fit::conditionEstimate).max().orElse(1)),
        LayerFitter::latest);
  }

  private PartFitter part(Layer layer, Target target, LayerPart.Data data, boolean shifted) {
    LayerPart part = data.part();
    Matrix columns = part.form().toMatrix(part.weight(parameter(layer.weight())));
    Matrix initial = absorbed(columns, target, part);
    double[] bias = absorbed(row(part.ofOutputs(bias(layer))), target, part).values();
    return new PartFitter(
        new LayerRefit(new SystemSolver(layer.name(), tools, notes::add)),
        data.moments(),
        part.systems(layer, layouts),
        initial,
        bias,
        layer.bias() != null || shifted,
        shifted);
  }

  private void write(
      Layer layer, Target target, List<LayerPart.Data> data, List<LayerRefit.Fit> fits) {
    float[] weight = new float[Math.toIntExact(layer.form().shape().elements())];
    double[] bias = new double[layer.form().shape().dim(0)];
    double @Nullable [] scale =
        target.scale() == null
            ? null
            : AbsorbedScale.of(sources, target.scale(), layouts.ofValue(target.value()));
    int perOutput = Math.toIntExact(layer.form().shape().elementsFrom(1));
    for (int i = 0; i < fits.size(); i++) {
      LayerPart part = data.get(i).part();
      Matrix weights = fits.get(i).x();
      Matrix shifts = row(fits.get(i).bias());
      if (scale != null) {
        weights = AbsorbedScale.overColumns(weights, part.ofOutputs(scale));
        shifts = AbsorbedScale.overColumns(shifts, part.ofOutputs(scale));
      }
      float[] values = part.form().toWeight(weights).values();
      System.arraycopy(values, 0, weight, part.firstOutput() * perOutput, values.length);
      System.arraycopy(shifts.values(), 0, bias, part.firstOutput(), part.outputs());
    }
    if (scale != null && target.scale() != null) {
      parameters.put(target.scale(), floats(scale));
    }
    parameters.put(layer.weight(), HostTensor.wrap(layer.form().shape(), weight));
    if (layer.bias() != null) {
      parameters.put(layer.bias(), floats(bias));
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
  private Matrix absorbed(Matrix columns, Target target, LayerPart part) {
    return target.scale() == null
        ? columns
        : AbsorbedScale.timesColumns(columns, part.ofOutputs(doubles(parameter(target.scale()))));
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
