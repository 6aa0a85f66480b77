package dev.pleas.core.refit;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.model.Model;
import dev.pleas.core.partial.BlockLayout;

/**
 * The layer scale behind a fitted layer. The product of scale and weights is what is fitted; how it
 * is shared between them changes nothing, so the scale is set to the root mean square of the
 * sources' with the sign of their mean (1 where both are 0), and the weights take the rest.
 */
final class AbsorbedScale {
  private AbsorbedScale() {}

  /** Returns the merged scale, nowhere 0. */
  static double[] of(Model a, Model b, String parameter, BlockLayout layout) {
    float[] inA = a.parameter(parameter).values();
    float[] inB = b.parameter(parameter).values();
    double[] scale = new double[layout.width()];
    int k = 0;
    for (int i = 0; i < layout.mergedA().length; i++) {
      scale[k++] = shared(inA[layout.mergedA()[i]], inB[layout.mergedB()[i]]);
    }
    for (int unit : layout.apartA()) {
      scale[k++] = shared(inA[unit], inA[unit]);
    }
    for (int unit : layout.apartB()) {
      scale[k++] = shared(inB[unit], inB[unit]);
    }
    return scale;
  }

  private static double shared(float a, float b) {
    double size = Math.hypot(a, b) / Math.sqrt(2);
    return size == 0 ? 1 : Math.copySign(size, (double) a + b);
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
