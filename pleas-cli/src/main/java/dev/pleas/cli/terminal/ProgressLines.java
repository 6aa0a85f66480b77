package dev.pleas.cli.terminal;

import dev.pleas.api.merge.Progress;
import java.io.PrintWriter;
import java.util.function.LongSupplier;

/**
 * Prints a line when a stage begins and ends, and every few seconds between; no control characters.
 */
final class ProgressLines implements Progress {
  private static final long EVERY_NANOS = 5_000_000_000L;

  private final PrintWriter err;
  private final LongSupplier clock;

  /**
   * @param clock nanoseconds, from any origin
   */
  ProgressLines(PrintWriter err, LongSupplier clock) {
    this.err = err;
    this.clock = clock;
  }

  @Override
  public Stage begin(String name, long steps) {
    line(name + " ...");
    return new Line(name, steps);
  }

  @Override
  public void note(String text) {
    line("note: " + text);
  }

  private synchronized void line(String text) {
    err.println(text);
    err.flush();
  }

  private final class Line implements Stage {
    private final String name;
    private final long steps;
    private final long start = clock.getAsLong();
    private long last = start;
    private long done;

    Line(String name, long steps) {
      this.name = name;
      this.steps = steps;
    }

    @Override
    public synchronized void advance(long by) {
      done += by;
      long now = clock.getAsLong();
      if (now - last < EVERY_NANOS || done <= 0 || done >= steps) {
        return;
      }
      last = now;
      long left = (long) ((now - start) * ((double) (steps - done) / done));
      line(
          name
              + ": "
              + Quantity.decimal(100.0 * done / steps, 0)
              + " % ("
              + Quantity.count(done)
              + " of "
              + Quantity.count(steps)
              + "), "
              + Quantity.seconds(left)
              + " left");
    }

    @Override
    public void close() {
      line(name + ": " + Quantity.seconds(clock.getAsLong() - start));
    }
  }
}
