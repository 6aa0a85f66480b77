package dev.pleas.cpu.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.error.SingularSystemException;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.solve.Solution;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every solver does; a subclass names the solver. */
abstract class LeastSquaresSolverTest {
  /** 2⁻⁵². */
  static final double EPSILON = Math.ulp(1.0);

  abstract LeastSquaresSolver solver();

  final Solution.Solved solved(NormalEquations equations) {
    Solution solution = solver().solve(equations);
    assertThat(solution).isInstanceOf(Solution.Solved.class);
    return (Solution.Solved) solution;
  }

  static NormalEquations plain(Matrix gram, Matrix rightHandSide) {
    int p = gram.rows();
    return new NormalEquations(
        gram, rightHandSide, Systems.zeros(p, rightHandSide.columns()), new double[p]);
  }

  @Test
  void solve_identity_returnsRightHandSide() {
    Matrix c = Systems.gaussian(5, 3, new Random(1));
    Solution.Solved solved = solved(plain(Systems.diagonal(1, 1, 1, 1, 1), c));
    assertThat(solved.x()).isEqualTo(c);
    assertThat(solved.residual()).isZero();
    assertThat(solved.conditionEstimate()).isEqualTo(1);
    assertThat(solved.rank()).isEqualTo(5);
  }

  @Test
  void solve_diagonal_isRidgeRegressionInClosedForm() {
    double[] g = {4, 0.5, 9};
    double[] ridge = {1, 0, 3};
    Matrix c = Matrix.wrap(3, 2, new double[] {1, 2, 3, 4, 5, 6});
    Matrix prior = Matrix.wrap(3, 2, new double[] {-1, 7, 2, 0, 1, 1});
    Matrix x = solved(new NormalEquations(Systems.diagonal(g), c, prior, ridge)).x();
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 2; j++) {
        double expected = (c.get(i, j) + ridge[i] * prior.get(i, j)) / (g[i] + ridge[i]);
        assertThat(x.get(i, j)).isCloseTo(expected, within(8 * EPSILON * Math.abs(expected)));
      }
    }
  }

  @Test
  void solve_twoByTwo_followsCramersRule() {
    Matrix gram = Matrix.wrap(2, 2, new double[] {2, 1, 1, 3});
    Matrix x = solved(plain(gram, Matrix.wrap(2, 1, new double[] {5, 10}))).x();
    // det = 5; (5·3 − 10·1) / 5 and (2·10 − 1·5) / 5.
    assertThat(x.values()).containsExactly(new double[] {1, 3}, within(16 * EPSILON));
  }

  @ParameterizedTest
  @CsvSource({"4, 0.5, 3, 7", "1e-300, 0, 2e-300, 0", "1e300, 1e300, 0, 3", "0, 2, 0, -5"})
  void solve_oneUnknown_divides(double g, double ridge, double c, double prior) {
    Solution.Solved solved =
        solved(
            new NormalEquations(
                Matrix.wrap(1, 1, new double[] {g}),
                Matrix.wrap(1, 1, new double[] {c}),
                Matrix.wrap(1, 1, new double[] {prior}),
                new double[] {ridge}));
    // Halved: g + ridge itself may overflow.
    double expected = (c / 2 + ridge * (prior / 2)) / (g / 2 + ridge / 2);
    assertThat(solved.x().get(0, 0)).isCloseTo(expected, within(8 * EPSILON * Math.abs(expected)));
    assertThat(solved.conditionEstimate()).isCloseTo(1, within(8 * EPSILON));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 130", "7, 1", "59, 3", "60, 60", "61, 2", "64, 61", "121, 5", "130, 0"})
  void solve_realisableTargets_recoversTheWeights(int p, int q) {
    Random random = new Random(100L * p + q);
    Matrix gram = Systems.gram(3 * p + 10, p, random);
    Matrix weights = Systems.gaussian(p, q, random);
    Solution.Solved solved = solved(plain(gram, Systems.multiply(gram, weights)));
    // Forward error ≤ condition × backward error; C has rounding errors of p terms itself.
    double bound = solved.conditionEstimate() * 4 * p * EPSILON * Systems.norm(weights);
    assertThat(Systems.norm(Systems.minus(solved.x(), weights))).isLessThanOrEqualTo(bound);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 700", "60, 7", "65, 17", "257, 3", "300, 40"})
  void solve_random_satisfiesNormalEquationsAndReportsTheResidual(int p, int q) {
    NormalEquations equations = Systems.regular(p, q, new Random(p + q));
    Solution.Solved solved = solved(equations);
    double residual = Systems.residual(equations, solved.x());
    assertThat(solved.residual()).isLessThan(p * EPSILON);
    // Both are rounding errors of the same size, added up in different orders.
    assertThat(solved.residual()).isCloseTo(residual, within(p * EPSILON));
    assertThat(solved.rank()).isEqualTo(p);
  }

  @Property(tries = 60)
  void solve_anyPerturbation_doesNotLowerTheObjective(
      @ForAll @IntRange(min = 1, max = 12) int p,
      @ForAll @IntRange(min = 1, max = 5) int q,
      @ForAll @IntRange(max = 8) int magnitude,
      @ForAll long seed) {
    Random random = new Random(seed);
    NormalEquations equations = Systems.regular(p, q, random);
    Matrix x = solved(equations).x();
    double least = Systems.objective(equations, x);
    Matrix step = Systems.gaussian(p, q, random);
    double size = Math.pow(10, -magnitude);
    Matrix moved = Systems.matrix(p, q, k -> x.values()[k] + size * step.values()[k]);
    // The objective is a sum of terms of this size.
    double scale =
        Systems.norm(Systems.left(equations)) * Math.pow(Systems.norm(moved), 2)
            + Systems.norm(Systems.right(equations)) * Systems.norm(moved)
            + least
            + Systems.norm(equations.prior());
    assertThat(Systems.objective(equations, moved))
        .isGreaterThanOrEqualTo(least - 4 * p * q * EPSILON * Math.abs(scale));
  }

  @Property(tries = 30)
  void solve_unknownsAndTargetsPermuted_permutesTheSolution(
      @ForAll @IntRange(min = 1, max = 70) int p, @ForAll long seed) {
    Random random = new Random(seed);
    int q = 4;
    NormalEquations e = Systems.regular(p, q, random);
    int[] rows = Permutation.random(p, random).toArray();
    int[] columns = Permutation.random(q, random).toArray();
    NormalEquations permuted =
        new NormalEquations(
            e.gram().select(rows, rows),
            e.rightHandSide().select(rows, columns),
            e.prior().select(rows, columns),
            IntStream.of(rows).mapToDouble(i -> e.ridge()[i]).toArray());
    Solution.Solved solved = solved(e);
    Matrix expected = solved.x().select(rows, columns);
    double bound = solved.conditionEstimate() * 4 * p * EPSILON * Systems.norm(expected);
    assertThat(Systems.norm(Systems.minus(solved(permuted).x(), expected)))
        .isLessThanOrEqualTo(bound);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e20, 1e150, 1e300})
  void solve_ridgeToInfinity_returnsThePrior(double ridge) {
    Random random = new Random(9);
    Matrix prior = Systems.gaussian(20, 3, random);
    Matrix x =
        solved(
                new NormalEquations(
                    Systems.gram(40, 20, random),
                    Systems.gaussian(20, 3, random),
                    prior,
                    Systems.ridge(20, ridge)))
            .x();
    // What the data pull, ‖C − G·prior‖ / ridge < 1e3 / 1e20, is below rounding.
    assertThat(x.values()).containsExactly(prior.values(), within(16 * EPSILON));
  }

  @Test
  void solve_noData_returnsThePrior() {
    Matrix prior = Systems.gaussian(6, 2, new Random(10));
    Solution.Solved solved =
        solved(
            new NormalEquations(
                Systems.zeros(6, 6), Systems.zeros(6, 2), prior, Systems.ridge(6, 1e-6)));
    assertThat(solved.x().values()).containsExactly(prior.values(), within(8 * EPSILON));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 1e2, 1e4, 1e6, 1e8, 1e10, 1e12})
  void solve_illConditioned_reportsTheConditionHonestly(double condition) {
    int p = 24;
    Random random = new Random((long) condition);
    double[] eigenvalues =
        IntStream.range(0, p).mapToDouble(i -> Math.pow(condition, -i / (p - 1.0))).toArray();
    Matrix gram = Systems.withSpectrum(eigenvalues, random);
    Solution.Solved solved = solved(plain(gram, Systems.gaussian(p, 2, random)));
    double truth =
        new SingularValueDecomposition(new Array2DRowRealMatrix(rowsOf(gram))).getConditionNumber();
    // The 1-norm condition is within a factor p of the 2-norm one, and its estimate within 3 of it;
    // on random matrices both are far from their limits.
    assertThat(solved.conditionEstimate()).isBetween(truth / 10, truth * 10);
    assertThat(solved.residual()).isLessThan(p * EPSILON);
  }

  @Test
  void solve_unitsFarApart_reportsTheConditionOfTheGivenMatrix() {
    Solution.Solved solved =
        solved(plain(Systems.diagonal(1e6, 1, 1e-4), Systems.gaussian(3, 1, new Random(11))));
    assertThat(solved.conditionEstimate()).isCloseTo(1e10, within(1e10 * 16 * EPSILON));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-280, 1e-100, 1e100, 1e280})
  void solve_extremeUnit_scalesTheSolution(double unit) {
    Random random = new Random(12);
    Matrix gram = Systems.gram(30, 9, random);
    Matrix c = Systems.gaussian(9, 2, random);
    Matrix expected = solved(plain(gram, c)).x();
    Matrix scaledGram = Systems.matrix(9, 9, k -> gram.values()[k] * unit);
    Solution.Solved solved = solved(plain(scaledGram, c));
    double[] x = new double[18];
    for (int k = 0; k < x.length; k++) {
      x[k] = solved.x().values()[k] * unit;
    }
    assertThat(x).containsExactly(expected.values(), within(1e-13));
    assertThat(solved.residual()).isLessThan(9 * EPSILON);
  }

  @Test
  void solve_blockDiagonal_solvesEachBlock() {
    Random random = new Random(13);
    NormalEquations a = Systems.regular(61, 3, random);
    NormalEquations b = Systems.regular(8, 3, random);
    int p = 69;
    Matrix gram =
        Systems.matrix(
            p,
            p,
            k -> {
              int i = k / p;
              int j = k % p;
              if (i < 61 && j < 61) {
                return a.gram().get(i, j);
              }
              return i >= 61 && j >= 61 ? b.gram().get(i - 61, j - 61) : 0;
            });
    double[] ridge = new double[p];
    System.arraycopy(a.ridge(), 0, ridge, 0, 61);
    System.arraycopy(b.ridge(), 0, ridge, 61, 8);
    Matrix x =
        solved(
                new NormalEquations(
                    gram,
                    stack(a.rightHandSide(), b.rightHandSide()),
                    stack(a.prior(), b.prior()),
                    ridge))
            .x();
    Matrix expected = stack(solved(a).x(), solved(b).x());
    assertThat(x.values()).containsExactly(expected.values(), within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void solve_noUnknowns_isEmpty(int q) {
    Solution.Solved solved = solved(plain(Systems.zeros(0, 0), Systems.zeros(0, q)));
    assertThat(solved).isEqualTo(new Solution.Solved(Systems.zeros(0, q), 0, 1, 0));
  }

  @Test
  void solve_noRightHandSides_stillReportsRankAndCondition() {
    Solution.Solved solved = solved(plain(Systems.diagonal(8, 2), Systems.zeros(2, 0)));
    assertThat(solved.x()).isEqualTo(Systems.zeros(2, 0));
    assertThat(solved.residual()).isZero();
    assertThat(solved.conditionEstimate()).isCloseTo(4, within(16 * EPSILON));
    assertThat(solved.rank()).isEqualTo(2);
  }

  @Test
  void solve_zeroRightHandSide_isZero() {
    Solution.Solved solved =
        solved(plain(Systems.gram(20, 6, new Random(14)), Systems.zeros(6, 2)));
    assertThat(solved.x().values()).containsOnly(0);
    assertThat(solved.residual()).isZero();
  }

  @Test
  void solve_twiceAndInParallel_givesTheSameBitsAndLeavesItsInputAlone() {
    NormalEquations e = Systems.regular(130, 20, new Random(15));
    double[] gram = e.gram().values().clone();
    double[] c = e.rightHandSide().values().clone();
    double[] prior = e.prior().values().clone();
    double[] ridge = e.ridge().clone();
    Solution.Solved first = solved(e);
    LeastSquaresSolver shared = solver();
    assertThat(IntStream.range(0, 6).parallel().mapToObj(t -> shared.solve(e)).toList())
        .containsOnly(first);
    assertThat(e.gram().values()).isEqualTo(gram);
    assertThat(e.rightHandSide().values()).isEqualTo(c);
    assertThat(e.prior().values()).isEqualTo(prior);
    assertThat(e.ridge()).isEqualTo(ridge);
  }

  @Test
  void solve_solutionBeyondFloat64_saysWhichEntry() {
    NormalEquations e =
        plain(Systems.diagonal(1, 1e-200), Matrix.wrap(2, 1, new double[] {1, 1e200}));
    // A rank-revealing solver sees no second direction at all here.
    if (solver().solvesSingular()) {
      assertThat(solved(e).rank()).isEqualTo(1);
    } else {
      assertThatThrownBy(() -> solver().solve(e))
          .isInstanceOf(SingularSystemException.class)
          .hasMessage(
              "X[1, 0] exceeds float64: the right-hand side is too large for this Gram matrix;"
                  + " bring inputs and targets of the layer to comparable units");
    }
  }

  private static Matrix stack(Matrix top, Matrix bottom) {
    int at = top.values().length;
    return Systems.matrix(
        top.rows() + bottom.rows(),
        top.columns(),
        k -> k < at ? top.values()[k] : bottom.values()[k - at]);
  }

  private static double[][] rowsOf(Matrix a) {
    double[][] rows = new double[a.rows()][a.columns()];
    for (int i = 0; i < a.rows(); i++) {
      for (int j = 0; j < a.columns(); j++) {
        rows[i][j] = a.get(i, j);
      }
    }
    return rows;
  }
}
