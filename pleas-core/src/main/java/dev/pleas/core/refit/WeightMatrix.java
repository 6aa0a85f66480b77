package dev.pleas.core.refit;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;

/**
 * A layer's weight as the unknown X = Wᵀ of its least-squares problem, in float64: row
 * (channel·taps + tap) of the unfolded inputs, column output unit. With groups, an output's entries
 * outside its own group's channels are zero.
 *
 * @param shape of the weight, [K, C / groups, …]
 * @param groups of a convolution; 1 for a linear layer
 */
record WeightMatrix(Shape shape, int groups) {

  /** Returns the taps per channel. */
  int taps() {
    return Math.toIntExact(shape.elementsFrom(2));
  }

  /** Returns p, the number of columns of the unfolded inputs. */
  int rows() {
    return shape.dim(1) * groups * taps();
  }

  Matrix toMatrix(HostTensor weight) {
    int q = shape.dim(0);
    double[] x = new double[Math.multiplyExact(rows(), q)];
    float[] w = weight.values();
    int perOutput = shape.dim(1) * taps();
    for (int j = 0; j < q; j++) {
      int first = firstRow(j);
      for (int i = 0; i < perOutput; i++) {
        x[(first + i) * q + j] = w[j * perOutput + i];
      }
    }
    return Matrix.wrap(rows(), q, x);
  }

  HostTensor toWeight(Matrix x) {
    int q = shape.dim(0);
    int perOutput = shape.dim(1) * taps();
    float[] w = new float[q * perOutput];
    for (int j = 0; j < q; j++) {
      int first = firstRow(j);
      for (int i = 0; i < perOutput; i++) {
        w[j * perOutput + i] = (float) x.get(first + i, j);
      }
    }
    return HostTensor.wrap(shape, w);
  }

  private int firstRow(int output) {
    int group = output / (shape.dim(0) / groups);
    return group * shape.dim(1) * taps();
  }
}
