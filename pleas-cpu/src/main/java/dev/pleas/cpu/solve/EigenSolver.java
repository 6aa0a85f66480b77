package dev.pleas.cpu.solve;

import dev.pleas.api.error.SingularSystemException;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.solve.Solution;
import dev.pleas.backend.cholesky.Residual;
import org.apache.commons.math3.exception.MaxCountExceededException;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;

/**
 * Normal equations by the eigendecomposition G + R = V·Λ·Vᵀ. In the coordinates of the eigenvectors
 * every unknown stands alone: where the eigenvalue is 0 it keeps the prior's value, elsewhere it is
 * the right-hand side divided by the eigenvalue. That is the solution; where the system is
 * singular, the least-squares solution nearest to the prior in the Frobenius norm.
 *
 * <p>Eigenvalues up to max(p·ε·λ_max, −λ_min) count as 0, with ε = 2⁻⁵²: the first is the error of
 * the decomposition, and a Gram matrix with negative eigenvalues, which it has when it was added up
 * in lower precision, knows nothing about positive ones of the same size either.
 *
 * <p>Costs about 10·p³ operations on one core: minutes at p = 4608.
 */
final class EigenSolver implements LeastSquaresSolver {
  /**
   * Off-diagonal elements below this, next to a largest element near 1, are taken as 0: far below
   * rounding, and Commons Math would divide by their squares, which underflow.
   */
  private static final double NEGLIGIBLE = 0x1p-400;

  @Override
  public boolean solvesSingular() {
    return true;
  }

  @Override
  public Solution solve(NormalEquations equations) {
    int p = equations.unknowns();
    int q = equations.rightHandSides();
    if (p == 0) {
      return new Solution.Solved(Matrix.wrap(0, q, new double[0]), 0, 1, 0);
    }
    double unit = unit(equations);
    EigenDecomposition eigen = decompose(equations, unit);
    double[] eigenvalues = eigen.getRealEigenvalues();
    int rank = rank(eigenvalues);
    double[] x = solve(eigen, rank, scaledRightHandSide(equations, unit), equations.prior());
    Matrix solution = Matrix.wrap(p, q, x);
    double condition =
        rank < p ? Double.POSITIVE_INFINITY : Math.max(1, eigenvalues[0] / eigenvalues[p - 1]);
    return new Solution.Solved(
        solution, Residual.of(equations, solution, new TiledProduct(x, p, q)), condition, rank);
  }

  /** Returns the power of two that brings the largest diagonal element of G and R to [1, 2). */
  private static double unit(NormalEquations equations) {
    double largest = 0;
    for (int i = 0; i < equations.unknowns(); i++) {
      largest = Math.max(largest, Math.max(equations.gram().get(i, i), equations.ridge()[i]));
    }
    return largest > 0 ? Math.scalb(1.0, Math.min(1023, -Math.getExponent(largest))) : 1;
  }

  /** Decomposes unit·(G + R), eigenvalues in descending order. */
  private static EigenDecomposition decompose(NormalEquations equations, double unit) {
    int p = equations.unknowns();
    double[] g = equations.gram().values();
    double[][] matrix = new double[p][p];
    for (int i = 0; i < p; i++) {
      for (int j = 0; j < i; j++) {
        // One triangle for both: Commons Math takes another algorithm when they differ in one bit.
        double value = g[i * p + j] * unit;
        matrix[i][j] = Math.abs(value) < NEGLIGIBLE ? 0 : value;
        matrix[j][i] = matrix[i][j];
      }
      matrix[i][i] = g[i * p + i] * unit + equations.ridge()[i] * unit;
    }
    try {
      return new EigenDecomposition(new Array2DRowRealMatrix(matrix, false));
    } catch (MaxCountExceededException e) {
      throw new SingularSystemException(
          "the eigendecomposition of a "
              + equations.gram()
              + " did not converge; a larger ridge lets a Cholesky solver (ejml, openblas) do it",
          e);
    }
  }

  private static int rank(double[] descending) {
    int p = descending.length;
    double threshold = Math.max(p * Math.ulp(1.0) * descending[0], -descending[p - 1]);
    int rank = 0;
    while (rank < p && descending[rank] > threshold) {
      rank++;
    }
    return rank;
  }

  /** Returns unit·(C + R·prior), p×q. */
  private static double[] scaledRightHandSide(NormalEquations equations, double unit) {
    int q = equations.rightHandSides();
    double[] c = equations.rightHandSide().values();
    double[] prior = equations.prior().values();
    double[] b = new double[c.length];
    for (int i = 0; i < equations.unknowns(); i++) {
      double ridge = equations.ridge()[i] * unit;
      for (int k = i * q; k < (i + 1) * q; k++) {
        b[k] = c[k] * unit + ridge * prior[k];
      }
    }
    return b;
  }

  /**
   * Returns V·Λ⁺·Vᵀ·B over the first {@code rank} eigenvectors plus V·Vᵀ·prior over the others.
   *
   * @param b p×q, row-major
   * @return p×q, row-major
   */
  private static double[] solve(EigenDecomposition eigen, int rank, double[] b, Matrix prior) {
    int p = prior.rows();
    int q = prior.columns();
    double[] v = new double[p * p];
    double[] transposed = new double[p * p];
    for (int i = 0; i < p; i++) {
      for (int k = 0; k < p; k++) {
        v[i * p + k] = eigen.getV().getEntry(i, k);
        transposed[k * p + i] = v[i * p + k];
      }
    }
    double[] coordinates = new double[p * q];
    new TiledProduct(b, p, q).multiply(transposed, 0, rank, coordinates);
    for (int k = 0; k < rank; k++) {
      double eigenvalue = eigen.getRealEigenvalue(k);
      for (int j = k * q; j < (k + 1) * q; j++) {
        coordinates[j] /= eigenvalue;
      }
    }
    double[] untouched = new double[(p - rank) * q];
    new TiledProduct(prior.values(), p, q).multiply(transposed, rank, p - rank, untouched);
    System.arraycopy(untouched, 0, coordinates, rank * q, untouched.length);
    double[] x = new double[p * q];
    new TiledProduct(coordinates, p, q).multiply(v, 0, p, x);
    return x;
  }
}
