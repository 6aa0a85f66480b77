package dev.pleas.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** The same tasks one after the other, and on several threads at once. */
final class Concurrently {
  private static final int THREADS = 4;
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
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        int first = t;
        running.add(threads.submit(() -> repeat(first, alone, task)));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError(
          "used by " + THREADS + " threads at once: " + e.getCause().getMessage(), e.getCause());
    } finally {
      threads.shutdownNow();
    }
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
