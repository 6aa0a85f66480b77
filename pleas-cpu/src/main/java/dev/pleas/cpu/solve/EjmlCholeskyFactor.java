package dev.pleas.cpu.solve;

import dev.pleas.backend.cholesky.CholeskyFactor;
import org.ejml.data.DGrowArray;
import org.ejml.data.DMatrixRBlock;
import org.ejml.data.DSubmatrixD1;
import org.ejml.dense.block.InnerRankUpdate_MT_DDRB;
import org.ejml.dense.block.MatrixOps_DDRB;
import org.ejml.dense.block.TriangularSolver_MT_DDRB;

/**
 * A right-looking block Cholesky factorisation over EJML's block matrices. EJML has this loop as
 * {@code CholeskyOuterForm_MT_DDRB}; it is written out here because that class does not say how far
 * it got.
 */
final class EjmlCholeskyFactor implements CholeskyFactor {
  private static final int BLOCK = 60;

  private final int p;
  private final DMatrixRBlock s;

  EjmlCholeskyFactor(int p) {
    this.p = p;
    // Checked first: EJML would multiply p·p in 32 bits.
    s = wrap(new double[Math.multiplyExact(p, p)], p, p);
  }

  @Override
  public void setRow(int i, double[] values) {
    int top = i - i % BLOCK;
    int height = Math.min(BLOCK, p - top);
    for (int left = 0; left <= i; left += BLOCK) {
      int width = Math.min(BLOCK, p - left);
      int at = top * p + height * left + (i - top) * width;
      System.arraycopy(values, left, s.data, at, width);
    }
  }

  @Override
  public int factor() {
    for (int i = 0; i < p; i += BLOCK) {
      int end = Math.min(i + BLOCK, p);
      int done = factorDiagonalBlock(i, end - i);
      if (done < end - i) {
        return i + done;
      }
      if (end < p) {
        DSubmatrixD1 diagonal = new DSubmatrixD1(s, i, end, i, end);
        DSubmatrixD1 below = new DSubmatrixD1(s, end, p, i, end);
        DSubmatrixD1 rest = new DSubmatrixD1(s, end, p, end, p);
        TriangularSolver_MT_DDRB.solveBlock(BLOCK, false, diagonal, below, false, true);
        InnerRankUpdate_MT_DDRB.symmRankNMinus_L(BLOCK, rest, below);
      }
    }
    return p;
  }

  /** Factors the n×n block at (i, i), row by row; returns how many pivots were positive. */
  private int factorDiagonalBlock(int i, int n) {
    double[] l = s.data;
    int at = diagonalBlock(i, n);
    for (int row = 0; row < n; row++) {
      int atRow = at + row * n;
      for (int column = 0; column <= row; column++) {
        int atColumn = at + column * n;
        double sum = l[atRow + column];
        for (int k = 0; k < column; k++) {
          sum -= l[atRow + k] * l[atColumn + k];
        }
        if (column < row) {
          l[atRow + column] = sum / l[atColumn + column];
        } else if (sum > 0) {
          l[atRow + row] = Math.sqrt(sum);
        } else {
          return row;
        }
      }
    }
    return n;
  }

  @Override
  public double pivot(int i) {
    int top = i - i % BLOCK;
    int n = Math.min(BLOCK, p - top);
    double root = s.data[diagonalBlock(top, n) + (i - top) * (n + 1)];
    return root * root;
  }

  /** Where the n×n block at (i, i) begins: rows of blocks one after another, packed. */
  private int diagonalBlock(int i, int n) {
    return i * p + n * i;
  }

  @Override
  public void solve(double[] b, int q) {
    if (q == 0) {
      return;
    }
    DGrowArray workspace = new DGrowArray();
    MatrixOps_DDRB.convertRowToBlock(p, q, BLOCK, b, workspace);
    DSubmatrixD1 l = new DSubmatrixD1(s);
    DSubmatrixD1 x = new DSubmatrixD1(wrap(b, p, q));
    TriangularSolver_MT_DDRB.solve(BLOCK, false, l, x, false);
    TriangularSolver_MT_DDRB.solve(BLOCK, false, l, x, true);
    MatrixOps_DDRB.convertBlockToRow(p, q, BLOCK, b, workspace);
  }

  private static DMatrixRBlock wrap(double[] data, int rows, int columns) {
    DMatrixRBlock matrix = new DMatrixRBlock();
    matrix.data = data;
    matrix.numRows = rows;
    matrix.numCols = columns;
    matrix.blockLength = BLOCK;
    return matrix;
  }

  @Override
  public void close() {}
}
