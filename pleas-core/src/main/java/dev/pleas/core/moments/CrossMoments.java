package dev.pleas.core.moments;

import dev.pleas.api.matrix.Matrix;

/**
 * Joint moments of the units of two networks at one place, over the same inputs.
 *
 * @param a sums of the first network's units
 * @param b sums of the second network's units
 * @param cross Σ a·bᵀ; row i is unit i of the first network
 */
public record CrossMoments(UnitSums a, UnitSums b, Matrix cross) {
  static Matrix plus(Matrix x, Matrix y) {
    return Matrix.wrap(x.rows(), x.columns(), UnitSums.add(x.values(), y.values()));
  }
}
