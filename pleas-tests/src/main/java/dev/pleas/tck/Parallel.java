package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Does the same in several threads at once. */
final class Parallel {
  /** How many threads there are. */
  static final int THREADS = 4;

  private static final long MINUTES = 2;

  private Parallel() {}

  /** What a thread does. */
  @FunctionalInterface
  interface Work {
    /**
     * Does it.
     *
     * @param thread the thread's number, from 0
     */
    void doIn(int thread) throws Exception;
  }

  /** Begins in all threads together; fails with the first failure. */
  static void run(Work work) throws InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    CountDownLatch start = new CountDownLatch(1);
    List<Future<?>> runs = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int thread = i;
      runs.add(
          pool.submit(
              () -> {
                start.await();
                work.doIn(thread);
                return null;
              }));
    }
    start.countDown();
    pool.shutdown();
    assertTrue(
        pool.awaitTermination(MINUTES, TimeUnit.MINUTES),
        () -> THREADS + " threads at once did not come to an end in " + MINUTES + " minutes");
    for (Future<?> run : runs) {
      try {
        run.get();
      } catch (ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        Object what = cause instanceof AssertionError ? cause.getMessage() : cause;
        throw new AssertionError("used by " + THREADS + " threads at once: " + what, cause);
      }
    }
  }
}
