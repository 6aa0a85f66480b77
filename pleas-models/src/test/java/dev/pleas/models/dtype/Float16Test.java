package dev.pleas.models.dtype;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class Float16Test {
  /** The value by definition, (−1)^s · 2^(e − 15) · 1.f, in double. */
  private static double definition(int bits) {
    int exponent = (bits >>> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    double magnitude;
    if (exponent == 0x1f) {
      magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
    } else {
      magnitude =
          exponent == 0
              ? Math.scalb((double) fraction, -24)
              : Math.scalb(1024.0 + fraction, exponent - 25);
    }
    return (bits & 0x8000) == 0 ? magnitude : -magnitude;
  }

  @Test
  void toFloat_everyHalf_isItsDefinition() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      assertThat(Double.compare(Float16.toFloat((short) bits), definition(bits)))
          .as("bits %x", bits)
          .isZero();
    }
  }

  @Test
  void fromFloat_everyHalf_returnsIt() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      short back = Float16.fromFloat(Float16.toFloat((short) bits));
      if (Double.isNaN(definition(bits))) {
        assertThat(definition(back & 0xffff)).isNaN();
      } else {
        assertThat(back & 0xffff).isEqualTo(bits);
      }
    }
  }

  @Test
  void fromFloat_betweenNeighbours_takesTheNearestAndOnATieTheEven() {
    for (int bits = 0; bits < 0x7bff; bits++) {
      float low = (float) definition(bits);
      float high = (float) definition(bits + 1);
      float middle = (low + high) / 2; // exact: two bits more than a half has
      int even = bits % 2 == 0 ? bits : bits + 1;
      assertThat((int) Float16.fromFloat(middle)).isEqualTo(even);
      assertThat((int) Float16.fromFloat(Math.nextDown(middle))).isEqualTo(bits);
      assertThat((int) Float16.fromFloat(Math.nextUp(middle))).isEqualTo(bits + 1);
    }
  }

  @Test
  void fromFloat_atTheEdgeOfTheRange_overflowsFrom65520() {
    assertThat(Float16.toFloat(Float16.fromFloat(Math.nextDown(65520f)))).isEqualTo(65504f);
    assertThat(Float16.toFloat(Float16.fromFloat(65520f))).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Float16.toFloat(Float16.fromFloat(-Float.MAX_VALUE)))
        .isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(Float16.MAX_VALUE).isEqualTo(65504f);
  }

  @Property
  void fromFloat_negated_flipsTheSign(@ForAll float value) {
    assertThat(Float16.fromFloat(-value) & 0xffff)
        .isEqualTo((Float16.fromFloat(value) & 0xffff) ^ 0x8000);
  }
}
