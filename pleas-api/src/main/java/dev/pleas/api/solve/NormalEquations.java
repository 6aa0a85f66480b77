package dev.pleas.api.solve;

import dev.pleas.api.matrix.Matrix;

/**
 * A ridge least-squares problem by its moments: minimise over X (p×q) tr(Xᵀ·G·X) − 2·tr(Xᵀ·C) + Σᵢ
 * ridge[i]·‖X[i, ·] − prior[i, ·]‖², that is, solve (G + R)·X = C + R·prior with R = diag(ridge).
 * With G = X̃ᵀX̃ and C = X̃ᵀỸ, X is the transposed weight of the refitted layer (PLeaS,
 * arXiv:2407.02447, section 3.2; the ridge towards a prior is ours).
 *
 * @param gram G, p×p, symmetric positive semidefinite; both triangles filled; not modified
 * @param rightHandSide C, p×q; not modified
 * @param prior p×q; not modified
 * @param ridge p values, each finite and at least 0; not modified
 */
@SuppressWarnings("ArrayRecordComponent")
public record NormalEquations(Matrix gram, Matrix rightHandSide, Matrix prior, double[] ridge) {
  /**
   * Checks shapes and values.
   *
   * @throws IllegalArgumentException if shapes do not fit, a value is NaN or infinite, or a ridge
   *     is negative
   */
  public NormalEquations {
    int p = gram.rows();
    int q = rightHandSide.columns();
    if (gram.columns() != p
        || rightHandSide.rows() != p
        || prior.rows() != p
        || prior.columns() != q
        || ridge.length != p) {
      throw new IllegalArgumentException(
          "normal equations do not fit: gram "
              + gram
              + ", right-hand side "
              + rightHandSide
              + ", prior "
              + prior
              + ", "
              + ridge.length
              + " ridge values");
    }
    refuseNonFinite("gram", gram);
    refuseNonFinite("right-hand side", rightHandSide);
    refuseNonFinite("prior", prior);
    for (int i = 0; i < p; i++) {
      if (!(ridge[i] >= 0) || Double.isInfinite(ridge[i])) {
        throw new IllegalArgumentException(
            "ridge[" + i + "] = " + ridge[i] + ": it must be finite and at least 0");
      }
    }
  }

  /** Returns p, the number of unknowns per right-hand side. */
  public int unknowns() {
    return gram.rows();
  }

  /** Returns q, the number of right-hand sides. */
  public int rightHandSides() {
    return rightHandSide.columns();
  }

  private static void refuseNonFinite(String what, Matrix matrix) {
    int at = matrix.firstNonFinite();
    if (at >= 0) {
      throw new IllegalArgumentException(
          what
              + "["
              + at / matrix.columns()
              + ", "
              + at % matrix.columns()
              + "] = "
              + matrix.values()[at]
              + ": it must be finite");
    }
  }
}
