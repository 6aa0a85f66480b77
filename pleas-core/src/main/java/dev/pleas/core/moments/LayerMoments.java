package dev.pleas.core.moments;

import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.matrix.Matrix;

/**
 * All that the least-squares refit of a layer needs of the data: with rows x of inputs (unfolded
 * patches for a convolution) and rows y of targets. A commutative monoid under {@link #plus}.
 *
 * @param gram Σ x·xᵀ, p×p
 * @param cross Σ x·yᵀ, p×q
 * @param inputs sums of x
 * @param targets sums of y
 */
public record LayerMoments(Matrix gram, Matrix cross, UnitSums inputs, UnitSums targets) {
  /** Returns the moments over both sets of data. */
  public LayerMoments plus(LayerMoments other) {
    return new LayerMoments(
        CrossMoments.plus(gram, other.gram),
        CrossMoments.plus(cross, other.cross),
        inputs.plus(other.inputs),
        targets.plus(other.targets));
  }

  /** Returns the number of rows, samples × positions. */
  public long rows() {
    return inputs.count();
  }

  /** Adds up moments batch by batch on a backend. */
  public static final class Accumulator implements AutoCloseable {
    private final GramAccumulator gram;
    private final GramAccumulator cross;
    private final SumAccumulator inputs;
    private final SumAccumulator targets;

    /**
     * @param scope owns the accumulators
     * @param p columns of x
     * @param q columns of y
     */
    public Accumulator(TensorScope scope, int p, int q) {
      gram = scope.gram(p, p);
      cross = scope.gram(p, q);
      inputs = scope.sums(p);
      targets = scope.sums(q);
    }

    /**
     * Adds a batch.
     *
     * @param x [N, p, L]
     * @param y [N, q, L]
     */
    public void add(Tensor x, Tensor y) {
      gram.add(x, x);
      cross.add(x, y);
      inputs.add(x);
      targets.add(y);
    }

    /** Returns the moments so far. */
    public LayerMoments toMoments() {
      return new LayerMoments(
          gram.toMatrix(), cross.toMatrix(), UnitSums.of(inputs), UnitSums.of(targets));
    }

    @Override
    public void close() {
      gram.close();
      cross.close();
      inputs.close();
      targets.close();
    }
  }
}
