package dev.pleas.cli.terminal;

import dev.pleas.api.merge.Progress;
import java.io.PrintWriter;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Draws a bar with the time that is left, redrawn in place on standard error. */
final class ProgressBars implements Progress {
  private static final int UPDATE_MILLIS = 100;

  private final PrintWriter err;

  ProgressBars(PrintWriter err) {
    this.err = err;
  }

  @Override
  public void note(String text) {
    err.println("note: " + text);
    err.flush();
  }

  @Override
  public Stage begin(String name, long steps) {
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(name)
            .setInitialMax(steps)
            .setStyle(
                Terminal.charset().name().startsWith("UTF")
                    ? ProgressBarStyle.UNICODE_BLOCK
                    : ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(UPDATE_MILLIS)
            .build();
    return new Stage() {
      @Override
      public void advance(long by) {
        bar.stepBy(by);
      }

      @Override
      public void close() {
        bar.close();
      }
    };
  }
}
