package dev.pleas.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;

/** The same tasks one after the other, and on several threads at once. */
final class Concurrently {
  private static final int ROUNDS = 8;

  private Concurrently() {}

  /**
   * Fails unless every task gives the same on busy threads as alone. The tasks differ, and every
   * thread takes them in another order, so that memory they share is seen.
   *
   * @param count how many tasks there are
   */
  static <R> void requireSame(int count, IntFunction<R> task) throws InterruptedException {
    List<R> alone = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      alone.add(task.apply(k));
    }
    Parallel.run(thread -> repeat(thread, alone, task));
  }

  private static <R> void repeat(int first, List<R> alone, IntFunction<R> task) {
    for (int round = 0; round < ROUNDS; round++) {
      int k = (first + round) % alone.size();
      R found = task.apply(k);
      if (!Objects.equals(found, alone.get(k))) {
        throw new AssertionError("the result differs from that of one thread alone");
      }
    }
  }
}
