package dev.pleas.backend.tensor;

import org.jspecify.annotations.Nullable;

/**
 * Closes one thing after another even if some of them throw; the first exception is thrown last.
 */
public final class Closing {
  private @Nullable RuntimeException first;

  /** What can be closed without a checked exception. */
  @FunctionalInterface
  public interface Step {
    /** Closes it. */
    void run();
  }

  /** With nothing closed so far. */
  public Closing() {}

  /** Closes something. */
  public void close(Step step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      if (first == null) {
        first = e;
      } else {
        first.addSuppressed(e);
      }
    }
  }

  /** Throws the first exception, if there was one, with the others as suppressed ones. */
  public void finish() {
    if (first != null) {
      throw first;
    }
  }

  /** Closes something because of a failure, which remains the one to be thrown. */
  public static void after(Throwable failure, Step step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
