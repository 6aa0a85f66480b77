package dev.pleas.models.dtype;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BFloat16Test {
  @Test
  void fromFloat_everyBrainFloat_returnsIt() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = BFloat16.toFloat((short) bits);
      assertThat(Float.floatToRawIntBits(value)).isEqualTo(bits << 16);
      if (!Float.isNaN(value)) {
        assertThat(BFloat16.fromFloat(value) & 0xffff).isEqualTo(bits);
      }
    }
  }

  @Test
  void fromFloat_betweenNeighbours_takesTheNearestAndOnATieTheEven() {
    for (int bits = 0; bits < 0x7f7f; bits++) {
      float middle = Float.intBitsToFloat((bits << 16) + 0x8000);
      int even = bits % 2 == 0 ? bits : bits + 1;
      assertThat((int) BFloat16.fromFloat(middle)).isEqualTo(even);
      assertThat((int) BFloat16.fromFloat(Math.nextDown(middle))).isEqualTo(bits);
      assertThat((int) BFloat16.fromFloat(Math.nextUp(middle))).isEqualTo(bits + 1);
    }
  }

  @Test
  void fromFloat_nan_staysNaNWhateverItsPayload() {
    for (int bits : new int[] {0x7f800001, 0x7fffffff, 0xff800001, 0xffffffff, 0x7fc00000}) {
      assertThat(BFloat16.toFloat(BFloat16.fromFloat(Float.intBitsToFloat(bits)))).isNaN();
    }
  }
}
