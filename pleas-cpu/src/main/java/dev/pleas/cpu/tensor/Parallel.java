package dev.pleas.cpu.tensor;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Loops over independent items on all processors. Each item writes what no other reads or writes,
 * so results do not depend on how items are spread.
 */
public final class Parallel {
  /** Below this many elementary operations, handing out work costs more than it saves. */
  private static final long WORTHWHILE = 32_768;

  private Parallel() {}

  /** Returns how many items {@link #forEach} runs at the same time: the number of processors. */
  public static int threads() {
    return Runtime.getRuntime().availableProcessors();
  }

  /**
   * Runs {@code body} for 0 … items−1, in any order, possibly at the same time.
   *
   * @param work elementary operations of all items together, to tell whether threads pay
   */
  public static void forEach(int items, long work, IntConsumer body) {
    if (items <= 1 || work < WORTHWHILE) {
      for (int i = 0; i < items; i++) {
        body.accept(i);
      }
    } else {
      IntStream.range(0, items).parallel().forEach(body);
    }
  }
}
