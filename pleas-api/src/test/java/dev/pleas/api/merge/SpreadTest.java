package dev.pleas.api.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.merge.MergeReport.Spread;
import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void of_numbersInAnyOrder_interpolatesQuartilesAsNumPyDoes() {
    // numpy.percentile([3, 1, 10, 2], [0, 25, 50, 75, 100])
    assertThat(Spread.of(3, 1, 10, 2)).isEqualTo(new Spread(1, 1.75, 2.5, 4.75, 10));
    assertThat(Spread.of(5, 4, 3, 2, 1)).isEqualTo(new Spread(1, 2, 3, 4, 5));
  }

  @Test
  void of_oneNumber_isThatNumber() {
    assertThat(Spread.of(7)).isEqualTo(new Spread(7, 7, 7, 7, 7));
  }

  @Test
  void of_theCallersArray_isNotChanged() {
    double[] values = {2, 1};
    Spread.of(values);
    assertThat(values).containsExactly(2, 1);
  }

  @Test
  void of_nothing_isRefused() {
    assertThatThrownBy(() -> Spread.of())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no numbers to describe");
  }
}
