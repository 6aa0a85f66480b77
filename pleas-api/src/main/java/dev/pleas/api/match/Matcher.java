package dev.pleas.api.match;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;

/**
 * Solves the linear assignment problem exactly. Deterministic: the same matrix always gives the
 * same permutation, ties included. Safe for use by several threads.
 */
public interface Matcher {
  /**
   * Returns the permutation p that maximises Σᵢ S[i, p[i]].
   *
   * @param similarity S, n×n; row i is unit i of network A, column j unit j of network B; not
   *     modified
   * @return a permutation of n elements; the empty one for n = 0
   * @throws IllegalArgumentException if S is not square, or has a NaN or infinite entry, which is
   *     named
   */
  Permutation match(Matrix similarity);
}
