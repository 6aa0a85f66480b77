package dev.pleas.api.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.ShapeException;
import org.junit.jupiter.api.Test;

class ShapeTest {
  @Test
  void elements_areTheProduct() {
    assertThat(Shape.of(64, 3, 7, 7).elements()).isEqualTo(9408);
    assertThat(Shape.of().elements()).isEqualTo(1);
    assertThat(Shape.of(5, 0, 7).elements()).isZero();
    assertThat(Shape.of(1 << 20, 1 << 20).elements()).isEqualTo(1L << 40);
  }

  @Test
  void elements_beyondLong_areAnError() {
    Shape huge = Shape.of(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);

    assertThatThrownBy(huge::elements).isInstanceOf(ArithmeticException.class);
  }

  @Test
  void elementsFrom_countsTheRest() {
    Shape shape = Shape.of(2, 3, 5);

    assertThat(shape.elementsFrom(0)).isEqualTo(30);
    assertThat(shape.elementsFrom(2)).isEqualTo(5);
    assertThat(shape.elementsFrom(3)).isEqualTo(1);
  }

  @Test
  void changes_makeNewShapes() {
    Shape shape = Shape.of(2, 3);

    assertThat(shape.with(1, 7)).isEqualTo(Shape.of(2, 7));
    assertThat(shape.prepend(4)).isEqualTo(Shape.of(4, 2, 3));
    assertThat(shape.dropFirst()).isEqualTo(Shape.of(3));
    assertThat(shape.toList()).containsExactly(2, 3);
    shape.dims()[0] = 9;
    assertThat(shape)
        .hasToString("[2, 3]")
        .isEqualTo(Shape.of(2, 3))
        .hasSameHashCodeAs(Shape.of(2, 3));
    assertThat(Shape.of()).hasToString("[]");
  }

  @Test
  void illegal_lengthsAndAxes_areRefused() {
    assertThatThrownBy(() -> Shape.of(2, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("negative axis length in [2, -1]");
    assertThatThrownBy(() -> Shape.of(2).with(0, -3)).hasMessage("negative axis length in [-3]");
    assertThatThrownBy(() -> Shape.of().dropFirst())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a scalar has no axis to drop");
  }

  @Test
  void hostTensor_ofAnotherLength_isRefused() {
    assertThatThrownBy(() -> HostTensor.wrap(Shape.of(2, 3), new float[5]))
        .isInstanceOf(ShapeException.class)
        .hasMessage("shape [2, 3] has 6 elements, found 5");
    assertThat(HostTensor.wrap(Shape.of(), new float[1])).hasToString("HostTensor[]");
  }
}
