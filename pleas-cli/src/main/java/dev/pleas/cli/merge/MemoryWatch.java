package dev.pleas.cli.merge;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.merge.Progress;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Passes progress on, and looks at the backend's memory at every step. */
public final class MemoryWatch implements Progress {
  private static final Path STATUS = Path.of("/proc/self/status");

  private final Progress progress;
  private final TensorBackend backend;
  private long backendPeak;

  MemoryWatch(Progress progress, TensorBackend backend) {
    this.progress = progress;
    this.backend = backend;
  }

  /**
   * The largest amounts of memory so far.
   *
   * @param backendBytes the backend's tensors, as seen at the steps of the progress
   * @param heapBytes the sum over the JVM's heap pools of each one's peak
   * @param processBytes resident memory of the process; null where the system does not tell
   */
  public record Peak(long backendBytes, long heapBytes, @Nullable Long processBytes) {}

  @Override
  public Stage begin(String name, long steps) {
    Stage stage = progress.begin(name, steps);
    look();
    return new Stage() {
      @Override
      public void advance(long by) {
        look();
        stage.advance(by);
      }

      @Override
      public void close() {
        look();
        stage.close();
      }
    };
  }

  @Override
  public void note(String text) {
    progress.note(text);
  }

  private void look() {
    backendPeak = Math.max(backendPeak, backend.memoryBytes());
  }

  Peak peak() {
    look();
    long heap =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .map(MemoryPoolMXBean::getPeakUsage)
            .mapToLong(usage -> usage == null ? 0 : usage.getUsed())
            .sum();
    return new Peak(backendPeak, heap, residentPeak());
  }

  private static @Nullable Long residentPeak() {
    try {
      for (String line : Files.readAllLines(STATUS, StandardCharsets.ISO_8859_1)) {
        if (line.startsWith("VmHWM:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
        }
      }
    } catch (IOException | NumberFormatException e) {
      return null;
    }
    return null;
  }
}
