package dev.pleas.api.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MatrixTest {
  private static final Matrix COUNTING = Matrix.wrap(2, 3, new double[] {1, 2, 3, 4, 5, 6});

  @Test
  void get_isRowMajor() {
    assertThat(COUNTING.get(0, 2)).isEqualTo(3);
    assertThat(COUNTING.get(1, 0)).isEqualTo(4);
    assertThat(COUNTING).hasToString("2×3 matrix");
  }

  @Test
  void get_outOfRange_isRefused() {
    assertThatThrownBy(() -> COUNTING.get(0, 3))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("column 3 of 3");
    assertThatThrownBy(() -> COUNTING.get(2, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> COUNTING.get(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void select_takesIndicesInTheirOrder() {
    Matrix chosen = COUNTING.select(new int[] {1, 0, 1}, new int[] {2, 0});

    assertThat(chosen).isEqualTo(Matrix.wrap(3, 2, new double[] {6, 4, 3, 1, 6, 4}));
    assertThat(COUNTING.select(new int[0], new int[] {1}))
        .isEqualTo(Matrix.wrap(0, 1, new double[0]));
  }

  @Test
  void firstNonFinite_findsNaNAndInfinity() {
    assertThat(COUNTING.firstNonFinite()).isEqualTo(-1);
    assertThat(Matrix.wrap(1, 3, new double[] {0, Double.NaN, 1}).firstNonFinite()).isEqualTo(1);
    assertThat(Matrix.wrap(1, 2, new double[] {0, Double.NEGATIVE_INFINITY}).firstNonFinite())
        .isEqualTo(1);
  }

  @Test
  void wrap_ofAnotherLength_isRefused() {
    assertThatThrownBy(() -> Matrix.wrap(2, 3, new double[5]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a 2×3 matrix cannot have 5 values");
    assertThatThrownBy(() -> Matrix.wrap(-1, -3, new double[3])).hasMessageContaining("-1×-3");
    // 65536 × 65536 is 0 in int arithmetic.
    assertThatThrownBy(() -> Matrix.wrap(1 << 16, 1 << 16, new double[0]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void equals_comparesShapesToo() {
    assertThat(Matrix.wrap(2, 0, new double[0])).isNotEqualTo(Matrix.wrap(0, 2, new double[0]));
    assertThat(Matrix.wrap(1, 2, new double[2]))
        .isEqualTo(Matrix.wrap(1, 2, new double[2]))
        .hasSameHashCodeAs(Matrix.wrap(1, 2, new double[2]));
  }
}
