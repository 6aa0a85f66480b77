package dev.pleas.cuda.driver;

import dev.pleas.backend.tensor.Closing;
import java.util.ArrayDeque;
import java.util.Deque;

/** What has to be given back, the last first. */
public final class Resources implements AutoCloseable {
  private final Deque<Closing.Step> steps = new ArrayDeque<>();

  /** With nothing to give back yet. */
  public Resources() {}

  /** Adds something that has just been made. */
  public void add(Closing.Step step) {
    steps.push(step);
  }

  /** Gives everything back; does nothing the second time. All of it, even if something throws. */
  @Override
  public void close() {
    Closing closing = new Closing();
    while (!steps.isEmpty()) {
      closing.close(steps.pop());
    }
    closing.finish();
  }
}
