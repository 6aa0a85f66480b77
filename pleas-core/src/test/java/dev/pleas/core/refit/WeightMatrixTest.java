package dev.pleas.core.refit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import org.junit.jupiter.api.Test;

class WeightMatrixTest {
  private static HostTensor counting(Shape shape) {
    float[] values = new float[(int) shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i + 1;
    }
    return HostTensor.wrap(shape, values);
  }

  @Test
  void toMatrix_linear_isTheTranspose() {
    WeightMatrix form = new WeightMatrix(Shape.of(2, 3), 1);
    Matrix x = form.toMatrix(counting(Shape.of(2, 3)));

    assertThat(form.rows()).isEqualTo(3);
    assertThat(form.taps()).isEqualTo(1);
    assertThat(x).isEqualTo(Matrix.wrap(3, 2, new double[] {1, 4, 2, 5, 3, 6}));
  }

  @Test
  void toMatrix_convolution_hasARowForEachTap() {
    WeightMatrix form = new WeightMatrix(Shape.of(2, 1, 1, 2), 1);

    assertThat(form.taps()).isEqualTo(2);
    assertThat(form.toMatrix(counting(form.shape())))
        .isEqualTo(Matrix.wrap(2, 2, new double[] {1, 3, 2, 4}));
  }

  @Test
  void toMatrix_depthwise_isZeroOutsideItsOwnChannel() {
    WeightMatrix form = new WeightMatrix(Shape.of(2, 1, 1, 2), 2);

    assertThat(form.rows()).isEqualTo(4);
    assertThat(form.toMatrix(counting(form.shape())))
        .isEqualTo(Matrix.wrap(4, 2, new double[] {1, 0, 2, 0, 0, 3, 0, 4}));
  }

  @Test
  void toWeight_isTheInverse() {
    for (int groups : new int[] {1, 2, 3}) {
      WeightMatrix form = new WeightMatrix(Shape.of(6, 2, 3, 1), groups);
      HostTensor weight = counting(form.shape());
      HostTensor again = form.toWeight(form.toMatrix(weight));

      assertThat(again.shape()).isEqualTo(form.shape());
      assertThat(again.values()).isEqualTo(weight.values());
    }
  }
}
