package dev.pleas.api.match;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;

/**
 * Solves the linear assignment problem exactly: where sums and differences of entries are exact in
 * float64 (whole numbers, entries a few units in the last place apart), so is the matching, and
 * elsewhere no exchange of partners gains more than the rounding of the largest entry explains.
 * Deterministic: the same matrix always gives the same permutation, ties included. Safe for use by
 * several threads.
 */
public interface Matcher {
  /**
   * Returns the permutation p that maximises Σᵢ S[i, p[i]].
   *
   * @param similarity S, n×n; row i is unit i of network A, column j unit j of network B; not
   *     modified; entries may be of any magnitude, and their totals need not be representable
   * @return a permutation of n elements; the empty one for n = 0
   * @throws IllegalArgumentException if S is not square, naming its shape as in {@code 2×3}, or has
   *     a NaN or infinite entry, naming one as in {@code [1, 2]}, row and column
   */
  Permutation match(Matrix similarity);
}
