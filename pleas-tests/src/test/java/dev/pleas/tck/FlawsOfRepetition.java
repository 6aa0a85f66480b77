package dev.pleas.tck;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Results that depend on more than the arguments. */
final class FlawsOfRepetition extends Flaws {
  @Override
  void list() {

    flaws(
        701,
        "result 9 in round 2",
        () -> {
          AtomicInteger calls = new AtomicInteger();
          return Map.of("TensorScope.scale", c -> c.nudgedIf(calls.incrementAndGet() % 2 == 0));
        });
    flaws(
        702,
        "result 5 in a new backend, after other work",
        () -> {
          AtomicReference<Object> first = new AtomicReference<>();
          return Map.of(
              "TensorScope.relu",
              c -> {
                first.compareAndSet(null, c.backend());
                return c.nudgedIf(first.get() != c.backend());
              });
        });
    flaws(
        703,
        "result 1 beside three other threads",
        () -> {
          AtomicReference<Thread> owner = new AtomicReference<>();
          return Map.of(
              "TensorScope.linear",
              c -> {
                owner.compareAndSet(null, Thread.currentThread());
                return c.nudgedIf(owner.get() != Thread.currentThread());
              });
        });
  }
}
