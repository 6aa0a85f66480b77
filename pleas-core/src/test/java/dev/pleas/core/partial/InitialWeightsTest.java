package dev.pleas.core.partial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The block table, written out by hand. */
class InitialWeightsTest {
  /** Unit 0 of A is merged with unit 1 of B; A's 1 and B's 0 stay apart. */
  private static final BlockLayout CROSSED =
      PairLayout.of(new int[] {0}, new int[] {1}, new int[] {1}, new int[] {0});

  private static HostTensor tensor(Shape shape, float... values) {
    return HostTensor.wrap(shape, values);
  }

  @Test
  void of_matrixWithBothAxesCrossed_isTheTable() {
    HostTensor a = tensor(Shape.of(2, 2), 2, 4, 6, 8);
    HostTensor b = tensor(Shape.of(2, 2), 10, 20, 30, 40);

    HostTensor merged = InitialWeights.of(List.of(a, b), CROSSED, CROSSED);

    assertThat(merged.shape()).isEqualTo(Shape.of(3, 3));
    assertThat(merged.values())
        .containsExactly(
            (2 + 40) / 2f,
            4 / 2f,
            30 / 2f, // M from M, S_A, S_B
            6,
            8,
            0, // S_A
            20,
            0,
            10); // S_B
  }

  @Test
  void of_vector_isMeanThenAThenB() {
    HostTensor merged =
        InitialWeights.of(
            List.of(tensor(Shape.of(2), 1, 2), tensor(Shape.of(2), 10, 20)), CROSSED, CROSSED);

    assertThat(merged.shape()).isEqualTo(Shape.of(3));
    assertThat(merged.values()).containsExactly(10.5f, 2, 10);
  }

  @Test
  void of_sharedOutputs_halvesWhatIsApart() {
    HostTensor a = tensor(Shape.of(1, 2), 2, 4);
    HostTensor b = tensor(Shape.of(1, 2), 10, 20);

    HostTensor merged = InitialWeights.of(List.of(a, b), BlockLayout.shared(2, 1), CROSSED);

    assertThat(merged.values()).containsExactly((2 + 20) / 2f, 4 / 2f, 10 / 2f);
  }

  @Test
  void of_headsOfDifferentSizes_keepsEachOnesRows() {
    HostTensor a = tensor(Shape.of(1, 2), 2, 4);
    HostTensor b = tensor(Shape.of(2, 2), 10, 20, 30, 40);

    HostTensor merged = InitialWeights.of(List.of(a, b), BlockLayout.apart(1, 2), CROSSED);

    assertThat(merged.shape()).isEqualTo(Shape.of(3, 3));
    assertThat(merged.values()).containsExactly(2, 4, 0, 20, 0, 10, 40, 0, 30);
  }

  @Test
  void of_convolution_movesKernelsWhole() {
    HostTensor a = tensor(Shape.of(2, 2, 1, 2), 1, 2, 3, 4, 5, 6, 7, 8);
    HostTensor b = tensor(Shape.of(2, 2, 1, 2), 10, 20, 30, 40, 50, 60, 70, 80);

    HostTensor merged = InitialWeights.of(List.of(a, b), CROSSED, CROSSED);

    assertThat(merged.shape()).isEqualTo(Shape.of(3, 3, 1, 2));
    assertThat(merged.values())
        .containsExactly(
            (1 + 70) / 2f,
            (2 + 80) / 2f,
            3 / 2f,
            4 / 2f,
            50 / 2f,
            60 / 2f, //
            5,
            6,
            7,
            8,
            0,
            0, //
            30,
            40,
            0,
            0,
            10,
            20);
  }
}
