package dev.pleas.tck;

import dev.pleas.api.merge.Progress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Notes what is wrong with the progress that a method reports. */
final class WatchedProgress implements Progress {
  private final List<String> faults = new ArrayList<>();
  private @Nullable String open;

  /** Returns what was wrong; a stage that is still open is wrong once the merge has ended. */
  synchronized List<String> faults() {
    List<String> all = new ArrayList<>(faults);
    if (open != null) {
      all.add("stage \"" + open + "\" was not closed");
    }
    return all;
  }

  @Override
  public synchronized Stage begin(String name, long steps) {
    if (open != null) {
      faults.add("stage \"" + name + "\" began within stage \"" + open + "\"");
    }
    if (name.isBlank()) {
      faults.add("a stage has no name");
    }
    if (steps < 0) {
      faults.add("stage \"" + name + "\" has " + steps + " steps");
    }
    open = name;
    return new WatchedStage(name, steps);
  }

  private final class WatchedStage implements Stage {
    private final String name;
    private final long steps;
    private long done;
    private boolean closed;

    WatchedStage(String name, long steps) {
      this.name = name;
      this.steps = steps;
    }

    @Override
    public void advance(long by) {
      synchronized (WatchedProgress.this) {
        done += by;
        if (by < 0 || done > steps) {
          faults.add(
              "stage \""
                  + name
                  + "\" advanced by "
                  + by
                  + " to "
                  + done
                  + " of "
                  + steps
                  + " steps");
        }
        if (closed) {
          faults.add("stage \"" + name + "\" advanced after it was closed");
        }
      }
    }

    @Override
    public void close() {
      synchronized (WatchedProgress.this) {
        closed = true;
        if (name.equals(open)) {
          open = null;
        }
      }
    }
  }
}
