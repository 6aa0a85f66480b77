package dev.pleas.core.refit;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.Shape;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Which positions of a layer's outputs become rows of its least-squares problem.
 *
 * @param samples how many there are
 * @param rowsPerColumn positions are sampled down to about this many rows for each column; 0 to use
 *     all
 * @param seed of the sampling
 */
public record RowSampling(int samples, int rowsPerColumn, long seed) {
  /** Stands for every position, whatever their number. */
  private static final int[] ALL_POSITIONS = {};

  /**
   * Positions that no output depends on are left out where the others give at least so many rows
   * for each column; with fewer, what is right elsewhere is the better guess.
   */
  private static final int ENOUGH_ROWS_PER_COLUMN = 4;

  /** Chooses positions, batch by batch. */
  interface Sampler {
    /** Returns the positions for the next batch, ascending. */
    int[] next();
  }

  /**
   * @param layer a number of its own for each layer
   * @param p columns
   * @param output of the layer per sample, [q, …]
   * @param candidates the positions to choose from, ascending
   */
  Sampler of(int layer, int p, Shape output, int[] candidates) {
    int positions = Math.toIntExact(output.elementsFrom(1));
    int count = count(p, candidates.length);
    SplittableRandom random = new SplittableRandom(seed * 31 + layer);
    return () -> count < positions ? choose(candidates, count, random) : ALL_POSITIONS;
  }

  /**
   * Returns the positions to choose from: those that matter, or all where these are too few.
   *
   * @param p columns
   * @param output of the layer per sample, [q, …]
   * @param needed the positions that matter, ascending
   */
  int[] candidates(int p, Shape output, int[] needed) {
    boolean enough = (long) needed.length * samples >= (long) ENOUGH_ROWS_PER_COLUMN * p;
    return enough ? needed : IntStream.range(0, Math.toIntExact(output.elementsFrom(1))).toArray();
  }

  private int count(int p, int candidates) {
    if (rowsPerColumn == 0) {
      return candidates;
    }
    long rows = (long) rowsPerColumn * p;
    long perSample = (rows + samples - 1) / samples;
    return (int) Math.min(candidates, Math.max(1, perSample));
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

  /**
   * [N, p, L]: unfolded patches for a convolution, the inputs themselves where that is the same.
   */
  static Tensor inputs(TensorScope scope, Op op, Tensor x, int[] chosen) {
    if (!(op instanceof Op.Conv2d conv) || conv.window().equals(Window.square(1, 1, 0))) {
      return positions(scope, x, chosen);
    }
    return chosen == ALL_POSITIONS
        ? scope.unfold(x, conv.window())
        : scope.unfold(x, conv.window(), chosen);
  }

  /** The chosen positions of [N, channels, …]. */
  static Tensor positions(TensorScope scope, Tensor x, int[] chosen) {
    if (chosen == ALL_POSITIONS) {
      return x;
    }
    Shape shape = x.shape();
    int positions = Math.toIntExact(shape.elementsFrom(2));
    Tensor flat = scope.reshape(x, Shape.of(shape.dim(0), shape.dim(1), positions));
    return scope.gather(flat, 2, chosen);
  }
}
