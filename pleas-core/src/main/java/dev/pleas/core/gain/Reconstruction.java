package dev.pleas.core.gain;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.solve.Solution;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.moments.UnitSums;
import dev.pleas.core.partial.BlockLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The error that is left of the features x of all sources, stacked, when only the merged features F
 * = L·x remain: e = E·x + c, with E = RᵀL − I and a shift c that takes away its mean. Where a layer
 * with weights reads them, R is the best linear prediction of x from F, since the refit can mix
 * units; where attention reads them it is only L's own unit, since nothing can.
 *
 * @param weight E, [N·d, N·d]
 * @param bias c, [N·d]
 */
record Reconstruction(HostTensor weight, HostTensor bias) {
  /** Relative to the mean of the diagonal of the Gram matrix of F. */
  private static final double RIDGE = 1e-3;

  /**
   * @param gram Σ x·xᵀ
   * @param sums of x
   * @param solver predicts x; null to take the merged units as they are
   */
  static Reconstruction of(
      BlockLayout layout, Matrix gram, UnitSums sums, @Nullable LeastSquaresSolver solver) {
    int stacked = gram.rows();
    int width = layout.width();
    int[][] parts = parts(layout);
    Matrix prior = prior(parts, stacked);
    Matrix prediction =
        solver == null ? prior : predicted(parts, centred(gram, sums), prior, solver);
    float[] weight = new float[stacked * stacked];
    float[] bias = new float[stacked];
    double[] row = new double[stacked];
    for (int i = 0; i < stacked; i++) {
      Arrays.fill(row, 0);
      for (int f = 0; f < width; f++) {
        for (int part : parts[f]) {
          row[part] += prediction.get(f, i) / parts[f].length;
        }
      }
      row[i] -= 1;
      double mean = 0;
      for (int j = 0; j < stacked; j++) {
        weight[i * stacked + j] = (float) row[j];
        mean += row[j] * sums.mean(j);
      }
      bias[i] = (float) -mean;
    }
    return new Reconstruction(
        HostTensor.wrap(Shape.of(stacked, stacked), weight),
        HostTensor.wrap(Shape.of(stacked), bias));
  }

  /** For each merged unit the stacked units whose mean it is. */
  private static int[][] parts(BlockLayout layout) {
    int[] offsets = new int[layout.sources()];
    for (int s = 1; s < offsets.length; s++) {
      offsets[s] = offsets[s - 1] + layout.size(s - 1);
    }
    int[][] parts = new int[layout.width()][];
    for (int f = 0; f < parts.length; f++) {
      int index = f;
      parts[f] =
          layout.members(f).stream().mapToInt(s -> offsets[s] + layout.unit(s, index)).toArray();
    }
    return parts;
  }

  /** Each stacked unit is taken to be the merged unit that it is part of. */
  private static Matrix prior(int[][] parts, int stacked) {
    double[] prior = new double[parts.length * stacked];
    for (int f = 0; f < parts.length; f++) {
      for (int part : parts[f]) {
        prior[f * stacked + part] = 1;
      }
    }
    return Matrix.wrap(parts.length, stacked, prior);
  }

  private static Matrix predicted(
      int[][] parts, Matrix covariance, Matrix prior, LeastSquaresSolver solver) {
    int width = parts.length;
    int stacked = covariance.rows();
    double[] cross = new double[width * stacked];
    double[] gram = new double[width * width];
    double trace = 0;
    for (int f = 0; f < width; f++) {
      for (int part : parts[f]) {
        for (int j = 0; j < stacked; j++) {
          cross[f * stacked + j] += covariance.get(part, j) / parts[f].length;
        }
      }
      for (int g = 0; g < width; g++) {
        for (int part : parts[g]) {
          gram[f * width + g] += cross[f * stacked + part] / parts[g].length;
        }
      }
      trace += gram[f * width + f];
    }
    double[] ridge = new double[width];
    Arrays.fill(ridge, RIDGE * trace / width + Double.MIN_NORMAL);
    Solution solution =
        solver.solve(
            new NormalEquations(
                Matrix.wrap(width, width, gram), Matrix.wrap(width, stacked, cross), prior, ridge));
    // Without data that vary there is nothing to predict by.
    return solution instanceof Solution.Solved solved && solved.x().firstNonFinite() < 0
        ? solved.x()
        : prior;
  }

  private static Matrix centred(Matrix gram, UnitSums sums) {
    int n = gram.rows();
    double[] centred = gram.values().clone();
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        centred[i * n + j] -= sums.sums()[i] * sums.mean(j);
      }
    }
    return Matrix.wrap(n, n, centred);
  }
}
