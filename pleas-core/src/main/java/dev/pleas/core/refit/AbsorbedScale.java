package dev.pleas.core.refit;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.model.Model;
import dev.pleas.core.partial.BlockLayout;
import java.util.List;

/**
 * The layer scale behind a fitted layer. The product of scale and weights is what is fitted; how it
 * is shared between them changes nothing, so the scale is set to the root mean square of the
 * sources' with the sign of their mean (1 where both are 0), and the weights take the rest.
 */
final class AbsorbedScale {
  private AbsorbedScale() {}

  /** Returns the merged scale, nowhere 0. */
  static double[] of(List<Model> sources, String parameter, BlockLayout layout) {
    double[] scale = new double[layout.width()];
    for (int i = 0; i < scale.length; i++) {
      double squares = 0;
      double sum = 0;
      for (int source : layout.members(i)) {
        double value = sources.get(source).parameter(parameter).values()[layout.unit(source, i)];
        squares += value * value;
        sum += value;
      }
      double size = Math.sqrt(squares / layout.members(i).size());
      scale[i] = size == 0 ? 1 : Math.copySign(size, sum);
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
