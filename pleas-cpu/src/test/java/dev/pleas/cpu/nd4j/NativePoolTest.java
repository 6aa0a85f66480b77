package dev.pleas.cpu.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.pleas.api.error.ShapeException;
import dev.pleas.api.provider.Availability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NativePoolTest {
  private final NativePool pool = new NativePool();

  @BeforeEach
  void nativeLibrary() {
    assumeThat(new Nd4jBackendProvider().probe()).isInstanceOf(Availability.Available.class);
  }

  @AfterEach
  void trim() {
    pool.trim();
    assertThat(pool.bytes()).isZero();
  }

  @Test
  void take_sameSizeAgain_sameMemory() {
    NativeFloats first = pool.take(5000);
    assertThat(first.capacity()).isEqualTo(5120);
    assertThat(first.pointer(0).address() % 64).isZero();
    pool.giveBack(first);
    assertThat(pool.bytes()).isEqualTo(4 * 5120);
    NativeFloats second = pool.take(4600);
    assertThat(second).as("a block up to a quarter larger").isSameAs(first);
    NativeFloats third = pool.take(5000);
    assertThat(third).isNotSameAs(first);
    pool.giveBack(second);
    pool.giveBack(third);
  }

  @Test
  void take_otherSizes_neverMoreThanWasInUseAtOnce() {
    NativeFloats a = pool.take(10_240);
    NativeFloats b = pool.take(10_240);
    pool.giveBack(a);
    pool.giveBack(b);
    assertThat(pool.bytes()).isEqualTo(2 * 40_960);
    NativeFloats c = pool.take(15_360);
    assertThat(pool.bytes()).as("a and b had to go").isLessThanOrEqualTo(2 * 40_960);
    pool.giveBack(c);
  }

  @Test
  void readAndWrite_partsOfABlock_keepOrder() {
    NativeFloats block = pool.take(10);
    block.write(3, new float[] {0, 1, 2, 3}, 1, 3);
    float[] read = new float[4];
    block.read(4, read, 2, 2);
    assertThat(read).containsExactly(0, 0, 2, 3);
    assertThat(block.pointer(5).get()).isEqualTo(3);
    pool.giveBack(block);
  }

  @Test
  void take_moreThanABlockHolds_refused() {
    assertThatThrownBy(() -> pool.take(1L << 30))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "1073741824 elements do not fit into one block of native memory (at most 536869887);"
                + " use smaller batches");
  }
}
