package dev.pleas.core.refit;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.moments.LayerMoments;
import dev.pleas.core.partial.Layouts;
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
   * @param target what it is fitted to
   * @param needed the positions of its output that matter, ascending
   * @param outputShape of the merged layer per sample, [q, …]
   */
  SplitMoments collect(
      Walkers walkers,
      Layer layer,
      Target target,
      int[] needed,
      Shape outputShape,
      Progress.Stage stage) {
    int p = layer.form().rows();
    int q = outputShape.dim(0);
    int cut = layer.index();
    RowSampling.Sampler sampler =
        sampling.of(cut, p, outputShape, sampling.candidates(p, outputShape, needed));
    try (TensorScope totals = backend.newScope()) {
      LayerMoments.Accumulator fitted = new LayerMoments.Accumulator(totals, p, q);
      LayerMoments.Accumulator heldOut =
          split ? new LayerMoments.Accumulator(totals, p, q) : fitted;
      for (int batch = 0; batch < batches.count(); batch++) {
        try (TensorScope scope = backend.newScope()) {
          int[] chosen = sampler.next();
          Tensor x =
              RowSampling.inputs(
                  scope, layer.node().op(), inputs(walkers, layer, batch, scope), chosen);
          Tensor y = targets(walkers, cut, target, batch, scope, chosen);
          (split && batch % Ridge.HELD_OUT_EVERY == 0 ? heldOut : fitted).add(x, y);
        }
        stage.advance(1);
      }
      return new SplitMoments(fitted.toMoments(), split ? heldOut.toMoments() : null);
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
