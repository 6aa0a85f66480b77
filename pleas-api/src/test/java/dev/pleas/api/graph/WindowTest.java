package dev.pleas.api.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class WindowTest {
  @Property(tries = 2000)
  void output_isTheCountOfPositionsThatFit(
      @ForAll @IntRange(max = 12) int length,
      @ForAll @IntRange(min = 1, max = 5) int kernel,
      @ForAll @IntRange(min = 1, max = 4) int stride,
      @ForAll @IntRange(max = 3) int pad,
      @ForAll @IntRange(min = 1, max = 3) int dilation) {
    int fitting = 0;
    for (int start = -pad; start + dilation * (kernel - 1) <= length - 1 + pad; start += stride) {
      fitting++;
    }
    Window rows = new Window(kernel, 1, stride, 1, pad, 0, dilation, 1);
    Window columns = new Window(1, kernel, 1, stride, 0, pad, 1, dilation);

    assertThat(rows.outputHeight(length)).isEqualTo(fitting);
    assertThat(columns.outputWidth(length)).isEqualTo(fitting);
    assertThat(rows.outputWidth(length)).isEqualTo(length);
    assertThat(rows.taps()).isEqualTo(kernel);
  }

  @Example
  void new_outOfRange_isRefused() {
    assertThatThrownBy(() -> Window.square(0, 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "kernel, stride and dilation must be at least 1 and padding at least 0: [0, 0, 1, 1, 0,"
                + " 0, 1, 1]");
    assertThatThrownBy(() -> Window.square(1, 0, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Window.square(1, 1, -1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Window(1, 1, 1, 1, 0, 0, 1, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
