package dev.pleas.core.alignment;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.core.moments.CrossMoments;

/** How alike unit i of one network and unit j of the other are, from their joint moments. */
public enum Similarity {
  /** Pearson's correlation; units that never vary have correlation 0 with everything. */
  CORRELATION {
    @Override
    double of(CrossMoments m, int i, int j, double cross) {
      double scatterA = m.a().scatter(i);
      double scatterB = m.b().scatter(j);
      // Rounding leaves a constant unit a scatter of about 1e-16 of its squares, from float32 data
      // 1e-14 at most; 1e-10 tells it from one that varies.
      if (scatterA <= 1e-10 * m.a().squares()[i] || scatterB <= 1e-10 * m.b().squares()[j]) {
        return 0;
      }
      double covariance = cross - m.a().sums()[i] * m.b().mean(j);
      return Math.max(-1, Math.min(1, covariance / Math.sqrt(scatterA * scatterB)));
    }
  },

  /** Σ a·b / n, the mean product. */
  INNER_PRODUCT {
    @Override
    double of(CrossMoments m, int i, int j, double cross) {
      return cross / m.a().count();
    }
  },

  /** −√(Σ (a − b)²), the negative Euclidean distance over all data. */
  DISTANCE {
    @Override
    double of(CrossMoments m, int i, int j, double cross) {
      return -Math.sqrt(Math.max(0, m.a().squares()[i] + m.b().squares()[j] - 2 * cross));
    }
  };

  abstract double of(CrossMoments m, int i, int j, double cross);

  /** Returns the similarity of every pair of units; row i is unit i of the first network. */
  public Matrix matrix(CrossMoments moments) {
    int rows = moments.cross().rows();
    int columns = moments.cross().columns();
    double[] values = new double[rows * columns];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        values[i * columns + j] = of(moments, i, j, moments.cross().get(i, j));
      }
    }
    return Matrix.wrap(rows, columns, values);
  }
}
