package dev.pleas.core.refit;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.moments.LayerMoments;
import dev.pleas.core.partial.Layouts;
import java.util.ArrayList;
import java.util.List;

/**
 * Adds up the moments of one layer over all batches: its inputs X̃, from the merged network so far
 * or from the sources, against its targets Ỹ, the sources' outputs in the merged layout.
 */
final class LayerData {
  private final TensorBackend backend;
  private final Layouts layouts;
  private final Batches batches;
  private final RefitInputs inputs;
  private final RowSampling sampling;
  private final boolean split;

  /**
   * @param split whether to hold out some batches
   */
  LayerData(
      TensorBackend backend,
      Layouts layouts,
      Batches batches,
      RefitInputs inputs,
      RowSampling sampling,
      boolean split) {
    this.backend = backend;
    this.layouts = layouts;
    this.batches = batches;
    this.inputs = inputs;
    this.sampling = sampling;
    this.split = split;
  }

  /**
   * Returns the moments of each part of a layer, see {@link LayerPart#of}.
   *
   * @param target what it is fitted to
   * @param needed the positions of its output that matter, ascending
   * @param outputShape of the merged layer per sample, [q, …]
   */
  List<LayerPart.Data> collect(
      Walkers walkers,
      Layer layer,
      Target target,
      int[] needed,
      Shape outputShape,
      Progress.Stage stage) {
    List<LayerPart> parts = LayerPart.of(layer);
    int p = parts.get(0).form().rows();
    int cut = layer.index();
    RowSampling.Sampler sampler =
        sampling.of(cut, p, outputShape, sampling.candidates(p, outputShape, needed));
    try (TensorScope totals = backend.newScope()) {
      List<LayerMoments.Accumulator> fitted = accumulators(totals, parts);
      List<LayerMoments.Accumulator> heldOut = split ? accumulators(totals, parts) : fitted;
      for (int batch = 0; batch < batches.count(); batch++) {
        try (TensorScope scope = backend.newScope()) {
          int[] chosen = sampler.next();
          Tensor x = inputs(walkers, layer, batch, scope);
          Tensor y = targets(walkers, cut, target, batch, scope, chosen);
          boolean held = split && batch % Ridge.HELD_OUT_EVERY == 0;
          for (int i = 0; i < parts.size(); i++) {
            add((held ? heldOut : fitted).get(i), layer, parts, i, x, y, chosen);
          }
        }
        stage.advance(1);
      }
      List<LayerPart.Data> data = new ArrayList<>();
      for (int i = 0; i < parts.size(); i++) {
        SplitMoments moments =
            new SplitMoments(fitted.get(i).toMoments(), split ? heldOut.get(i).toMoments() : null);
        data.add(new LayerPart.Data(parts.get(i), moments));
      }
      return data;
    }
  }

  private static List<LayerMoments.Accumulator> accumulators(
      TensorScope scope, List<LayerPart> parts) {
    return parts.stream()
        .map(part -> new LayerMoments.Accumulator(scope, part.form().rows(), part.outputs()))
        .toList();
  }

  /** Adds a batch of a part's inputs and targets. */
  private void add(
      LayerMoments.Accumulator sums,
      Layer layer,
      List<LayerPart> parts,
      int index,
      Tensor x,
      Tensor y,
      int[] chosen) {
    LayerPart part = parts.get(index);
    boolean whole = parts.size() == 1;
    try (TensorScope scope = backend.newScope()) {
      Tensor channels = whole ? x : scope.gather(x, 1, part.inputIndices());
      Tensor wanted = whole ? y : scope.gather(y, 1, part.outputIndices());
      sums.add(RowSampling.inputs(scope, layer.node().op(), channels, chosen), wanted);
    }
  }

  private Tensor inputs(Walkers walkers, Layer layer, int batch, TensorScope scope) {
    String value = layer.input();
    int cut = layer.index();
    if (inputs == RefitInputs.MERGED) {
      return walkers.merged().value(batch, cut, value, scope);
    }
    return Mix.of(scope, layouts.ofValue(value), walkers.values(batch, cut, value, scope));
  }

  private Tensor targets(
      Walkers walkers, int cut, Target target, int batch, TensorScope scope, int[] chosen) {
    List<Tensor> outputs =
        walkers.values(batch, target.cut(), target.value(), scope).stream()
            .map(output -> RowSampling.positions(scope, output, chosen))
            .toList();
    Tensor wanted = Mix.of(scope, layouts.ofValue(target.value()), outputs);
    if (target.beside() == null) {
      return wanted;
    }
    Tensor there = walkers.merged().value(batch, cut, target.beside(), scope);
    return scope.add(wanted, scope.scale(RowSampling.positions(scope, there, chosen), -1));
  }
}
