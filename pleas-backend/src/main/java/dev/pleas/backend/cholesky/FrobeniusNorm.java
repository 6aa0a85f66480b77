package dev.pleas.backend.cholesky;

/**
 * The root of a sum of squares that neither over- nor underflows: squares of very large, very small
 * and ordinary values are added up separately, each scaled by a power of two (Blue, <i>A portable
 * Fortran program to find the Euclidean norm of a vector</i>, ACM TOMS 4, 1978).
 */
final class FrobeniusNorm {
  private static final double LARGE = 0x1p480;
  private static final double SMALL = 0x1p-480;
  private static final double UP = 0x1p540;
  private static final double DOWN = 0x1p-540;

  private double large;
  private double ordinary;
  private double small;

  static FrobeniusNorm of(double[] values) {
    FrobeniusNorm norm = new FrobeniusNorm();
    for (double value : values) {
      norm.add(value);
    }
    return norm;
  }

  void add(double value) {
    double magnitude = Math.abs(value);
    if (magnitude > LARGE) {
      large += value * DOWN * (value * DOWN);
    } else if (magnitude < SMALL) {
      small += value * UP * (value * UP);
    } else {
      ordinary += value * value;
    }
  }

  double value() {
    if (large > 0) {
      return Math.sqrt(large + ordinary * DOWN * DOWN) * UP;
    }
    return ordinary != 0 ? Math.sqrt(ordinary + small * DOWN * DOWN) : Math.sqrt(small) * DOWN;
  }
}
