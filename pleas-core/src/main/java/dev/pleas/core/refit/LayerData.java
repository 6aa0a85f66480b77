package dev.pleas.core.refit;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Node;
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

  LayerData(
      TensorBackend backend,
      Layouts layouts,
      Batches batches,
      RefitInputs inputs,
      RowSampling sampling) {
    this.backend = backend;
    this.layouts = layouts;
    this.batches = batches;
    this.inputs = inputs;
    this.sampling = sampling;
  }

  /**
   * @param node a convolution or linear layer
   * @param cut its index
   * @param target what it is fitted to
   * @param needed the positions of its output that matter, ascending
   * @param p columns of X̃
   * @param outputShape of the merged layer per sample, [q, …]
   */
  LayerMoments collect(
      Walkers walkers,
      Node node,
      int cut,
      Target target,
      int[] needed,
      int p,
      Shape outputShape,
      Progress.Stage stage) {
    int q = outputShape.dim(0);
    RowSampling.Sampler sampler = sampling.of(cut, p, outputShape, needed);
    try (TensorScope totals = backend.newScope();
        LayerMoments.Accumulator accumulator = new LayerMoments.Accumulator(totals, p, q)) {
      for (int batch = 0; batch < batches.count(); batch++) {
        try (TensorScope scope = backend.newScope()) {
          int[] chosen = sampler.next();
          Tensor x =
              RowSampling.inputs(
                  scope, node.op(), inputs(walkers, node, cut, batch, scope), chosen);
          Tensor y = targets(walkers, cut, target, batch, scope, chosen);
          accumulator.add(x, y);
        }
        stage.advance(1);
      }
      return accumulator.toMoments();
    }
  }

  private Tensor inputs(Walkers walkers, Node node, int cut, int batch, TensorScope scope) {
    String value = node.inputs().get(0);
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
