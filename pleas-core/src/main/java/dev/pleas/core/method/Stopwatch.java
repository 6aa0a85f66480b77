package dev.pleas.core.method;

import dev.pleas.api.merge.MergeReport;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Times the stages of a merge for its report. */
final class Stopwatch {
  private final List<MergeReport.Stage> stages = new ArrayList<>();

  <T> T time(String stage, Supplier<T> work) {
    long start = System.nanoTime();
    T result = work.get();
    stages.add(new MergeReport.Stage(stage, System.nanoTime() - start));
    return result;
  }

  List<MergeReport.Stage> stages() {
    return List.copyOf(stages);
  }
}
