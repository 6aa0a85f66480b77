package dev.pleas.core.refit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.error.ProviderException;
import dev.pleas.api.error.SingularSystemException;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.solve.Solution;
import dev.pleas.core.method.Merging;
import dev.pleas.core.moments.LayerMoments;
import dev.pleas.core.moments.UnitSums;
import dev.pleas.core.partial.BlockLayout;
import dev.pleas.core.partial.PairLayout;
import dev.pleas.tck.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.QRDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a QR decomposition of the stacked rows, which never forms a Gram matrix. */
class LayerRefitTest {
  private static final int ROWS = 60;
  private static final int P = 5;
  private static final int Q = 4;
  private static final double RIDGE = 1e-2;

  /** Condition (below 1e2, squared by the Gram matrix) times 1e-16, with room. */
  private static final double TOLERANCE = 1e-10;

  @AutoClose private final TensorBackend backend = new ReferenceBackend();
  private final Tools tools = Merging.tools(backend);
  private final List<String> notes = new ArrayList<>();
  private final double[][] x = random(1, ROWS, P, 0.5);
  private final double[][] y = random(2, ROWS, Q, 2);
  private final Matrix initial = matrix(random(3, P, Q, 0));

  private static double[][] random(long seed, int rows, int columns, double mean) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] values = new double[rows][columns];
    for (double[] row : values) {
      Arrays.setAll(row, i -> mean + random.nextGaussian());
    }
    return values;
  }

  private static Matrix matrix(double[][] rows) {
    return Matrix.wrap(
        rows.length, rows[0].length, Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray());
  }

  private static Matrix product(double[][] a, double[][] b) {
    return matrix(
        new Array2DRowRealMatrix(a).transpose().multiply(new Array2DRowRealMatrix(b)).getData());
  }

  private static UnitSums sums(double[][] rows) {
    double[] sums = new double[rows[0].length];
    double[] squares = new double[sums.length];
    for (double[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        sums[i] += row[i];
        squares[i] += row[i] * row[i];
      }
    }
    return new UnitSums(rows.length, sums, squares);
  }

  private LayerMoments moments() {
    return new LayerMoments(product(x, x), product(x, y), sums(x), sums(y));
  }

  private double ridge(boolean intercept) {
    return RIDGE * LayerRefit.trace(moments(), intercept) / P;
  }

  private LayerRefit refit() {
    return new LayerRefit(new SystemSolver("layer1.conv2", tools, notes::add));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void solve_oneDenseSystem_isTheRidgeSolutionOfTheRows(boolean intercept) {
    List<LayerSystem> all = LayerSystem.of(BlockLayout.shared(2, Q), BlockLayout.shared(2, P), 1);

    LayerRefit.Fit fit = refit().solve(moments(), initial, all, intercept, ridge(intercept));

    for (int j = 0; j < Q; j++) {
      assertColumn(fit, j, IntStream.range(0, P).toArray(), intercept);
    }
    assertThat(fit.unknowns()).isEqualTo(P);
    assertThat(fit.conditionEstimate()).isBetween(1.0, 1e3);
    assertThat(notes).isEmpty();
  }

  /** What is left of their moments about the means is rounding. */
  @Test
  void solve_inputsThatNeverVary_keepsTheWeightsAndFitsTheMeans() {
    double[][] still = new double[x.length][];
    Arrays.fill(still, new double[] {0.1, 7.3, -3.1, 0, 1e-3});
    LayerMoments moments =
        new LayerMoments(product(still, still), product(still, y), sums(still), sums(y));
    List<LayerSystem> all = LayerSystem.of(BlockLayout.shared(2, Q), BlockLayout.shared(2, P), 1);
    double unit = LayerRefit.trace(moments, true) / P;
    assertThat(unit).isPositive();

    LayerRefit.Fit fit = refit().solve(moments, initial, all, true, RIDGE * unit);

    double[] mean = moments.targets().sums().clone();
    for (int j = 0; j < Q; j++) {
      double predicted = fit.bias()[j];
      for (int i = 0; i < P; i++) {
        assertThat(fit.x().get(i, j)).isCloseTo(initial.get(i, j), within(1e-4));
        predicted += still[0][i] * fit.x().get(i, j);
      }
      assertThat(predicted).isCloseTo(mean[j] / x.length, within(1e-9));
    }
  }

  @Test
  void solve_blocks_isThatOfEachBlocksColumnsAndZeroElsewhere() {
    BlockLayout outputs =
        PairLayout.of(new int[] {0}, new int[] {0}, new int[] {1}, new int[] {1, 2});
    BlockLayout inputs =
        PairLayout.of(new int[] {0}, new int[] {0}, new int[] {1, 2}, new int[] {1, 2});
    double[] w0 = initial.values().clone();
    for (int[] zero : new int[][] {{3, 1}, {4, 1}, {1, 2}, {2, 2}, {1, 3}, {2, 3}}) {
      w0[zero[0] * Q + zero[1]] = 0;
    }

    LayerRefit.Fit fit =
        refit()
            .solve(
                moments(),
                Matrix.wrap(P, Q, w0),
                LayerSystem.of(outputs, inputs, 1),
                true,
                ridge(true));

    assertColumn(fit, 0, new int[] {0, 1, 2, 3, 4}, true);
    assertColumn(fit, 1, new int[] {0, 1, 2}, true);
    assertColumn(fit, 2, new int[] {0, 3, 4}, true);
    assertColumn(fit, 3, new int[] {0, 3, 4}, true);
    assertThat(fit.x().get(3, 1)).isZero();
    assertThat(fit.x().get(2, 3)).isZero();
  }

  /** Compares with min ‖[X; √(λd)·I]·w − [y; √(λd)·w₀]‖, with a column of ones for an intercept. */
  private void assertColumn(LayerRefit.Fit fit, int output, int[] columns, boolean intercept) {
    double[] mean = intercept ? RawLayer.mean(x) : new double[P];
    double d = 0;
    for (double[] row : x) {
      for (int i = 0; i < P; i++) {
        d += Math.pow(row[i] - mean[i], 2) / P;
      }
    }
    double root = Math.sqrt(RIDGE * d);
    int p = columns.length;
    RealMatrix stacked = new Array2DRowRealMatrix(ROWS + p, p + (intercept ? 1 : 0));
    RealMatrix target = new Array2DRowRealMatrix(ROWS + p, 1);
    for (int r = 0; r < ROWS; r++) {
      for (int i = 0; i < p; i++) {
        stacked.setEntry(r, i, x[r][columns[i]]);
      }
      if (intercept) {
        stacked.setEntry(r, p, 1);
      }
      target.setEntry(r, 0, y[r][output]);
    }
    for (int i = 0; i < p; i++) {
      stacked.setEntry(ROWS + i, i, root);
      target.setEntry(ROWS + i, 0, root * initial.get(columns[i], output));
    }
    RealMatrix expected = new QRDecomposition(stacked).getSolver().solve(target);
    for (int i = 0; i < p; i++) {
      assertThat(fit.x().get(columns[i], output))
          .isCloseTo(expected.getEntry(i, 0), within(TOLERANCE));
    }
    assertThat(fit.bias()[output])
        .isCloseTo(intercept ? expected.getEntry(p, 0) : 0, within(TOLERANCE));
  }

  @Test
  void solve_deadInputWithoutRidge_keepsItsInitialWeightsAndSaysSo() {
    for (double[] row : x) {
      row[2] = 0;
    }
    List<LayerSystem> all = LayerSystem.of(BlockLayout.shared(2, Q), BlockLayout.shared(2, P), 1);

    LayerRefit.Fit fit = refit().solve(moments(), initial, all, false, 0);

    for (int j = 0; j < Q; j++) {
      assertThat(fit.x().get(2, j)).isCloseTo(initial.get(2, j), within(TOLERANCE));
    }
    assertThat(notes).hasSize(1);
    assertThat(notes.get(0))
        .startsWith("layer1.conv2: the system has rank ")
        .contains("of 5; the solver for singular systems");
  }

  @Test
  void solve_noSolverSucceeds_namesTheLayerAndARemedy() {
    Tools hopeless =
        new Tools(
            backend,
            tools.matcher(),
            equations -> new Solution.RankDeficient(1, 5),
            equations -> new Solution.RankDeficient(1, 5));
    LayerRefit refit = new LayerRefit(new SystemSolver("layer1.conv2", hopeless, notes::add));
    List<LayerSystem> all = LayerSystem.of(BlockLayout.shared(2, Q), BlockLayout.shared(2, P), 1);

    assertThatThrownBy(() -> refit.solve(moments(), initial, all, false, 0))
        .isInstanceOf(SingularSystemException.class)
        .hasMessageStartingWith("layer1.conv2: the least-squares system of 5 unknowns cannot be")
        .hasMessageEndingWith("use a larger ridge or more calibration data");
  }

  /** As OpenBLAS 0.3.19 did on processors with AVX-512: finite, and nowhere near a solution. */
  @Test
  void solve_solverThatFindsNonsense_isRefused() {
    Tools broken =
        new Tools(
            backend,
            tools.matcher(),
            equations -> new Solution.Solved(initial, 0.3, 1, P),
            tools.singularSolver());
    LayerRefit refit = new LayerRefit(new SystemSolver("layer1.conv2", broken, notes::add));
    List<LayerSystem> all = LayerSystem.of(BlockLayout.shared(2, Q), BlockLayout.shared(2, P), 1);

    assertThatThrownBy(() -> refit.solve(moments(), initial, all, false, ridge(false)))
        .isInstanceOf(ProviderException.class)
        .hasMessageStartingWith("layer1.conv2: what the solver found misses")
        .hasMessageContaining("0.3; expected one near 1e-16")
        .hasMessageEndingWith("choose another solver");
  }

  /** What a singular system's nearest solution misses it by says nothing of the solver. */
  @Test
  void solve_singularSystemWithoutAnExactSolution_takesTheNearest() {
    Tools singular =
        new Tools(
            backend,
            tools.matcher(),
            equations -> new Solution.RankDeficient(1, 5),
            equations -> new Solution.Solved(initial, 0.3, 1, 1));
    LayerRefit refit = new LayerRefit(new SystemSolver("layer1.conv2", singular, notes::add));
    List<LayerSystem> all = LayerSystem.of(BlockLayout.shared(2, Q), BlockLayout.shared(2, P), 1);

    assertThat(refit.solve(moments(), initial, all, false, 0).x()).isEqualTo(initial);
    assertThat(notes).hasSize(1);
  }

  @Test
  void objective_ofAnyWeights_isThatOfTheRows() {
    double[] bias = {1, -2, 0.5, 0};
    double expected = 0;
    for (int r = 0; r < ROWS; r++) {
      for (int j = 0; j < Q; j++) {
        double difference = y[r][j] - bias[j];
        for (int i = 0; i < P; i++) {
          difference -= x[r][i] * initial.get(i, j);
        }
        expected += difference * difference;
      }
    }
    double[] mean = RawLayer.mean(y);
    double scatter = 0;
    for (double[] row : y) {
      for (int j = 0; j < Q; j++) {
        scatter += Math.pow(row[j] - mean[j], 2);
      }
    }

    assertThat(Objective.error(moments(), initial, bias))
        .isCloseTo(expected, within(1e-10 * expected));
    assertThat(Objective.relativeError(moments(), initial, bias))
        .isCloseTo(expected / scatter, within(1e-10));
    // Predicting the mean.
    Matrix nothing = Matrix.wrap(P, Q, new double[P * Q]);
    assertThat(Objective.relativeError(moments(), nothing, mean)).isCloseTo(1, within(1e-12));
  }

  @Test
  void objective_ofTargetsThatNeverVary_isZero() {
    LayerMoments still =
        new LayerMoments(
            product(x, x),
            Matrix.wrap(P, Q, new double[P * Q]),
            sums(x),
            sums(new double[ROWS][Q]));

    assertThat(Objective.relativeError(still, initial, new double[Q])).isZero();
  }
}
