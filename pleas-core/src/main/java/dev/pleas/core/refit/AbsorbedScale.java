package dev.pleas.core.refit;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.model.Model;
import dev.pleas.core.partial.BlockLayout;

/**
 * The layer scale behind a fitted layer. The product of scale and weights is what is fitted; how it
 * is shared between them changes nothing, so the scale is set to the root mean square of the
 * sources' (1 where that is 0), and the weights take the rest.
 */
final class AbsorbedScale {
  private AbsorbedScale() {}

  /** Returns the merged scale, positive. */
  static double[] of(Model a, Model b, String parameter, BlockLayout layout) {
    float[] inA = a.parameter(parameter).values();
    float[] inB = b.parameter(parameter).values();
    double[] scale = new double[layout.width()];
    int k = 0;
    for (int i = 0; i < layout.mergedA().length; i++) {
      scale[k++] = Math.hypot(inA[layout.mergedA()[i]], inB[layout.mergedB()[i]]) / Math.sqrt(2);
    }
    for (int unit : layout.apartA()) {
      scale[k++] = Math.abs(inA[unit]);
    }
    for (int unit : layout.apartB()) {
      scale[k++] = Math.abs(inB[unit]);
    }
    for (int i = 0; i < k; i++) {
      scale[i] = scale[i] == 0 ? 1 : scale[i];
    }
    return scale;
  }

  /** Returns the matrix with each column times a factor. */
  static Matrix timesColumns(Matrix matrix, double[] factors) {
    double[] out = matrix.values().clone();
    for (int k = 0; k < out.length; k++) {
      out[k] *= factors[k % factors.length];
    }
    return Matrix.wrap(matrix.rows(), matrix.columns(), out);
  }

  /** Returns the matrix with each column divided by a factor. */
  static Matrix overColumns(Matrix matrix, double[] factors) {
    double[] out = matrix.values().clone();
    for (int k = 0; k < out.length; k++) {
      out[k] /= factors[k % factors.length];
    }
    return Matrix.wrap(matrix.rows(), matrix.columns(), out);
  }
}
