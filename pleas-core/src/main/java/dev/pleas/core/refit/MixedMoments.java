package dev.pleas.core.refit;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.core.moments.LayerMoments;
import dev.pleas.core.moments.SourceMoments;
import dev.pleas.core.moments.UnitSums;
import dev.pleas.core.partial.BlockLayout;
import java.util.List;

/**
 * Moments of a layer in the merged layout, from those of its sources. With M the matrix that mixes
 * the sources' inputs, X̃ = X·Mᵀ, and A the one that mixes their outputs, Ỹ = X·Aᵀ + 1·bᵀ, both are
 * linear in x, so X̃ᵀX̃ = M·G·Mᵀ, X̃ᵀỸ = M·G·Aᵀ + (M·Σx)·bᵀ, and so on.
 */
final class MixedMoments {
  private final SourceMoments moments;
  private final int columns;
  private final Matrix half;
  private final Matrix gram;
  private final double[] sums;

  /**
   * @param inputs layout of the layer's input channels
   * @param taps kernel positions
   */
  MixedMoments(SourceMoments moments, BlockLayout inputs, int taps) {
    this.moments = moments;
    this.columns = moments.sums().length / inputs.sources();
    this.half = mixRows(moments.gram(), inputs, taps);
    this.gram = mixRows(half.transpose(), inputs, taps);
    this.sums =
        mixRows(Matrix.wrap(moments.sums().length, 1, moments.sums()), inputs, taps).values();
  }

  /** M·K: row (channel, tap) is the mean of the rows of its sources. */
  private Matrix mixRows(Matrix k, BlockLayout inputs, int taps) {
    int width = k.columns();
    double[] out = new double[Math.multiplyExact(inputs.width() * taps, width)];
    for (int channel = 0; channel < inputs.width(); channel++) {
      List<Integer> members = inputs.members(channel);
      for (int source : members) {
        int from = (source * columns + inputs.unit(source, channel) * taps) * width;
        int to = channel * taps * width;
        for (int i = 0; i < taps * width; i++) {
          out[to + i] += k.values()[from + i] / members.size();
        }
      }
    }
    return Matrix.wrap(inputs.width() * taps, width, out);
  }

  /**
   * Returns the moments with the sources' mean outputs as targets.
   *
   * @param weights Wᵀ of each source, p×q
   * @param biases b of each source
   * @param outputs layout of the layer's output units
   */
  LayerMoments targets(List<Matrix> weights, List<double[]> biases, BlockLayout outputs) {
    Matrix mixing = mixing(weights, outputs);
    int q = outputs.width();
    double[] bias = new double[q];
    for (int j = 0; j < q; j++) {
      for (int source : outputs.members(j)) {
        bias[j] += biases.get(source)[outputs.unit(source, j)] / outputs.members(j).size();
      }
    }
    double[] cross = Product.of(half, mixing).values();
    for (int i = 0; i < sums.length; i++) {
      for (int j = 0; j < q; j++) {
        cross[i * q + j] += sums[i] * bias[j];
      }
    }
    return new LayerMoments(
        gram,
        Matrix.wrap(sums.length, q, cross),
        inputs(),
        outputs(moments.rows(), moments.gram(), moments.sums(), mixing, bias));
  }

  /** Aᵀ, N·p × q̃. */
  private Matrix mixing(List<Matrix> weights, BlockLayout outputs) {
    int q = outputs.width();
    double[] out = new double[Math.multiplyExact(moments.sums().length, q)];
    for (int j = 0; j < q; j++) {
      for (int source : outputs.members(j)) {
        Matrix w = weights.get(source);
        int unit = outputs.unit(source, j);
        for (int i = 0; i < columns; i++) {
          out[(source * columns + i) * q + j] = w.get(i, unit) / outputs.members(j).size();
        }
      }
    }
    return Matrix.wrap(moments.sums().length, q, out);
  }

  private UnitSums inputs() {
    double[] squares = new double[sums.length];
    for (int i = 0; i < squares.length; i++) {
      squares[i] = gram.get(i, i);
    }
    return new UnitSums(moments.rows(), sums, squares);
  }

  /** Returns the sums of the merged layer's own outputs, x̃·Wᵀ + b, on the mixed inputs. */
  UnitSums outputs(Matrix weights, double[] bias) {
    return outputs(moments.rows(), gram, sums, weights, bias);
  }

  private static UnitSums outputs(
      long rows, Matrix gram, double[] sums, Matrix weights, double[] bias) {
    int q = weights.columns();
    double[] linear = new double[q];
    double[] squares = new double[q];
    double[] product = Product.of(gram, weights).values();
    for (int k = 0; k < product.length; k++) {
      squares[k % q] += product[k] * weights.values()[k];
      linear[k % q] += sums[k / q] * weights.values()[k];
    }
    double[] total = new double[q];
    for (int j = 0; j < q; j++) {
      total[j] = linear[j] + rows * bias[j];
      squares[j] += 2 * bias[j] * linear[j] + rows * bias[j] * bias[j];
    }
    return new UnitSums(rows, total, squares);
  }
}
