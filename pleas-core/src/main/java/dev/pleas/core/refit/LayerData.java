package dev.pleas.core.refit;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.moments.LayerMoments;
import dev.pleas.core.partial.Layouts;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Adds up the moments of one layer over all batches: its inputs X̃, from the merged network so far
 * or from the sources, against its targets Ỹ, the sources' outputs in the merged layout.
 */
final class LayerData {
  /** Stands for every position, whatever their number. */
  private static final int[] ALL_POSITIONS = {};

  /**
   * Positions that no output depends on are left out where the others give at least so many rows
   * for each column; with fewer, what is right elsewhere is the better guess.
   */
  private static final int ENOUGH_ROWS_PER_COLUMN = 4;

  private final TensorBackend backend;
  private final Layouts layouts;
  private final Batches batches;
  private final RefitInputs inputs;
  private final int rowsPerColumn;
  private final long seed;

  LayerData(
      TensorBackend backend,
      Layouts layouts,
      Batches batches,
      RefitInputs inputs,
      int rowsPerColumn,
      long seed) {
    this.backend = backend;
    this.layouts = layouts;
    this.batches = batches;
    this.inputs = inputs;
    this.rowsPerColumn = rowsPerColumn;
    this.seed = seed;
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
    int positions = Math.toIntExact(outputShape.elementsFrom(1));
    int[] candidates = candidates(needed, p, positions);
    int sampled = sampledPositions(p, candidates.length);
    SplittableRandom random = new SplittableRandom(seed * 31 + cut);
    try (TensorScope totals = backend.newScope();
        LayerMoments.Accumulator accumulator = new LayerMoments.Accumulator(totals, p, q)) {
      for (int batch = 0; batch < batches.count(); batch++) {
        try (TensorScope scope = backend.newScope()) {
          int[] chosen =
              sampled < positions ? choose(candidates, sampled, random) : ALL_POSITIONS;
          Tensor x = patches(scope, node.op(), inputs(walkers, node, cut, batch, scope), chosen);
          Tensor y = targets(walkers, cut, target, batch, scope, chosen);
          accumulator.add(x, y);
        }
        stage.advance(1);
      }
      return accumulator.toMoments();
    }
  }

  private int[] candidates(int[] needed, int p, int positions) {
    boolean enough =
        (long) needed.length * batches.samples().count() >= (long) ENOUGH_ROWS_PER_COLUMN * p;
    return enough ? needed : IntStream.range(0, positions).toArray();
  }

  private Tensor inputs(Walkers walkers, Node node, int cut, int batch, TensorScope scope) {
    String value = node.inputs().get(0);
    if (inputs == RefitInputs.MERGED) {
      return walkers.merged().value(batch, cut, value, scope);
    }
    Tensor fromA = walkers.a().value(batch, cut, value, scope);
    Tensor fromB = walkers.b().value(batch, cut, value, scope);
    return Mix.of(scope, layouts.ofValue(value), fromA, fromB);
  }

  private Tensor targets(
      Walkers walkers, int cut, Target target, int batch, TensorScope scope, int[] chosen) {
    Tensor fromA = walkers.a().value(batch, target.cut(), target.value(), scope);
    Tensor fromB = walkers.b().value(batch, target.cut(), target.value(), scope);
    Tensor wanted =
        Mix.of(
            scope,
            layouts.ofValue(target.value()),
            positions(scope, fromA, chosen),
            positions(scope, fromB, chosen));
    if (target.beside() == null) {
      return wanted;
    }
    Tensor there = walkers.merged().value(batch, cut, target.beside(), scope);
    return scope.add(wanted, scope.scale(positions(scope, there, chosen), -1));
  }

  /**
   * [N, p, L]: unfolded patches for a convolution, the inputs themselves where that is the same.
   */
  private static Tensor patches(TensorScope scope, Op op, Tensor x, int[] chosen) {
    if (!(op instanceof Op.Conv2d conv) || conv.window().equals(Window.square(1, 1, 0))) {
      return positions(scope, x, chosen);
    }
    return chosen == ALL_POSITIONS
        ? scope.unfold(x, conv.window())
        : scope.unfold(x, conv.window(), chosen);
  }

  /** The chosen positions of [N, channels, …]. */
  private static Tensor positions(TensorScope scope, Tensor x, int[] chosen) {
    if (chosen == ALL_POSITIONS) {
      return x;
    }
    Shape shape = x.shape();
    int positions = Math.toIntExact(shape.elementsFrom(2));
    Tensor flat = scope.reshape(x, Shape.of(shape.dim(0), shape.dim(1), positions));
    return scope.gather(flat, 2, chosen);
  }

  private int sampledPositions(int p, int positions) {
    if (rowsPerColumn == 0) {
      return positions;
    }
    long rows = (long) rowsPerColumn * p;
    long perSample = (rows + batches.samples().count() - 1) / batches.samples().count();
    return (int) Math.min(positions, Math.max(1, perSample));
  }

  /** A random subset, ascending, by a partial Fisher–Yates shuffle. */
  private static int[] choose(int[] candidates, int count, SplittableRandom random) {
    int[] all = candidates.clone();
    for (int i = 0; i < count; i++) {
      int j = i + random.nextInt(all.length - i);
      int swap = all[i];
      all[i] = all[j];
      all[j] = swap;
    }
    int[] chosen = Arrays.copyOf(all, count);
    Arrays.sort(chosen);
    return chosen;
  }
}
