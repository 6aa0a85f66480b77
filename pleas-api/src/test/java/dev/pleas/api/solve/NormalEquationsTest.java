package dev.pleas.api.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.matrix.Matrix;
import org.junit.jupiter.api.Test;

class NormalEquationsTest {
  private static Matrix zeros(int rows, int columns) {
    return Matrix.wrap(rows, columns, new double[rows * columns]);
  }

  private static Matrix with(Matrix matrix, int at, double value) {
    double[] values = matrix.values().clone();
    values[at] = value;
    return Matrix.wrap(matrix.rows(), matrix.columns(), values);
  }

  private static void assertRefused(
      String message, Matrix gram, Matrix right, Matrix prior, double... ridge) {
    assertThatThrownBy(() -> new NormalEquations(gram, right, prior, ridge))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void new_fitting_tellsItsSizes() {
    NormalEquations equations =
        new NormalEquations(zeros(2, 2), zeros(2, 3), zeros(2, 3), new double[2]);

    assertThat(equations.unknowns()).isEqualTo(2);
    assertThat(equations.rightHandSides()).isEqualTo(3);
  }

  @Test
  void new_notFitting_listsAllShapes() {
    String message =
        "normal equations do not fit: gram 2×2 matrix, right-hand side 2×3 matrix, prior 3×2"
            + " matrix, 2 ridge values";
    assertRefused(message, zeros(2, 2), zeros(2, 3), zeros(3, 2), 0, 0);
    assertThatThrownBy(
            () -> new NormalEquations(zeros(2, 3), zeros(2, 3), zeros(2, 3), new double[2]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> new NormalEquations(zeros(2, 2), zeros(2, 3), zeros(2, 3), new double[1]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void new_nonFiniteValues_areNamed() {
    Matrix g = zeros(2, 2);
    Matrix c = zeros(2, 3);
    assertRefused("gram[1, 0] = NaN: it must be finite", with(g, 2, Double.NaN), c, c, 0, 0);
    assertRefused(
        "right-hand side[1, 2] = Infinity: it must be finite",
        g,
        with(c, 5, Double.POSITIVE_INFINITY),
        c,
        0,
        0);
    assertRefused("prior[0, 1] = NaN: it must be finite", g, c, with(c, 1, Double.NaN), 0, 0);
    assertRefused("ridge[1] = -1.0: it must be finite and at least 0", g, c, c, 0, -1);
    assertRefused("ridge[0] = NaN: it must be finite and at least 0", g, c, c, Double.NaN, 0);
    assertRefused(
        "ridge[1] = Infinity: it must be finite and at least 0",
        g,
        c,
        c,
        0,
        Double.POSITIVE_INFINITY);
  }
}
