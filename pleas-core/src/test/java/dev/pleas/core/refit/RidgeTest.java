package dev.pleas.core.refit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.core.method.Merging;
import dev.pleas.core.moments.LayerMoments;
import dev.pleas.core.moments.UnitSums;
import dev.pleas.core.partial.BlockLayout;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class RidgeTest {
  private static final int P = 12;
  private static final double[] CANDIDATES = {1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1};

  @AutoClose private final TensorBackend backend = Merging.backend();

  private static RealMatrix random(SplittableRandom random, int rows, int columns) {
    double[][] values = new double[rows][columns];
    for (double[] row : values) {
      Arrays.setAll(row, i -> random.nextGaussian());
    }
    return new Array2DRowRealMatrix(values, false);
  }

  private static Matrix matrix(RealMatrix values) {
    double[] flat = Arrays.stream(values.getData()).flatMapToDouble(Arrays::stream).toArray();
    return Matrix.wrap(values.getRowDimension(), values.getColumnDimension(), flat);
  }

  private static UnitSums sums(RealMatrix rows) {
    double[] sums = new double[rows.getColumnDimension()];
    double[] squares = new double[sums.length];
    for (double[] row : rows.getData()) {
      for (int i = 0; i < row.length; i++) {
        sums[i] += row[i];
        squares[i] += row[i] * row[i];
      }
    }
    return new UnitSums(rows.getRowDimension(), sums, squares);
  }

  private static LayerMoments moments(RealMatrix x, RealMatrix y) {
    RealMatrix xt = x.transpose();
    return new LayerMoments(matrix(xt.multiply(x)), matrix(xt.multiply(y)), sums(x), sums(y));
  }

  /** (XᵀX + λ·d·I)⁻¹(XᵀY + λ·d·W₀), d the mean of diag XᵀX. */
  private static RealMatrix solve(RealMatrix x, RealMatrix y, RealMatrix initial, double ridge) {
    RealMatrix gram = x.transpose().multiply(x);
    double pull = ridge * gram.getTrace() / P;
    RealMatrix left = gram.add(MatrixUtils.createRealIdentityMatrix(P).scalarMultiply(pull));
    RealMatrix right = x.transpose().multiply(y).add(initial.scalarMultiply(pull));
    return new LUDecomposition(left).getSolver().solve(right);
  }

  @Test
  void choose_auto_isTheCandidateOfLeastErrorOnTheHeldOutRows() {
    Set<Double> chosen = new LinkedHashSet<>();
    for (double noise : new double[] {0.01, 0.3, 1, 3, 30}) {
      SplittableRandom random = new SplittableRandom(5);
      RealMatrix truth = random(random, P, 2);
      RealMatrix initial = truth.add(random(random, P, 2).scalarMultiply(0.3));
      RealMatrix x = random(random, 16, P);
      RealMatrix y = x.multiply(truth).add(random(random, 16, 2).scalarMultiply(noise));
      RealMatrix heldX = random(random, 40, P);
      RealMatrix heldY = heldX.multiply(truth).add(random(random, 40, 2).scalarMultiply(noise));
      LayerRefit layer =
          new LayerRefit(new SystemSolver("conv", Merging.tools(backend), note -> {}));
      List<LayerSystem> all = LayerSystem.of(BlockLayout.shared(2, 2), BlockLayout.shared(2, P), 1);

      double ridge =
          Ridge.AUTO.choose(
              List.of(new SplitMoments(moments(x, y), moments(heldX, heldY))),
              each ->
                  List.of(layer.solve(moments(x, y), matrix(initial), all, false, each * unit(x))));

      double best = Double.POSITIVE_INFINITY;
      double expected = 0;
      for (double candidate : CANDIDATES) {
        RealMatrix w = solve(x, y, initial, candidate);
        double error = Math.pow(heldY.subtract(heldX.multiply(w)).getFrobeniusNorm(), 2);
        if (error < best) {
          best = error;
          expected = candidate;
        }
      }
      assertThat(ridge).as("noise " + noise).isEqualTo(expected);
      chosen.add(ridge);
    }
    assertThat(chosen).as("the choice depends on the data").hasSizeGreaterThan(2);
  }

  /** The mean of diag XᵀX. */
  private static double unit(RealMatrix x) {
    return Math.pow(x.getFrobeniusNorm(), 2) / x.getColumnDimension();
  }

  @Test
  void choose_number_isThatNumber() {
    Ridge ridge = new Ridge(0.25);
    SplitMoments none = new SplitMoments(moments(one(), one()), null);

    assertThat(ridge.isAuto()).isFalse();
    assertThat(ridge.leastBatches()).isEqualTo(1);
    assertThat(
            ridge.choose(
                List.of(none),
                each -> {
                  throw new AssertionError("nothing is to be tried");
                }))
        .isEqualTo(0.25);
  }

  private static RealMatrix one() {
    return MatrixUtils.createRealIdentityMatrix(1);
  }

  @Test
  void new_negative_isRefused() {
    assertThatThrownBy(() -> new Ridge(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ridge -1.0: expected at least 0");
  }
}
