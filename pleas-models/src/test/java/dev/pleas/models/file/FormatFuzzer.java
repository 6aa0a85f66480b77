package dev.pleas.models.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.error.CheckpointException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Opens damaged files and reads all that is in them: each is read or refused with a {@link
 * CheckpointException} that names the file, within a time and a memory that do not depend on what
 * the file says. How many are tried is {@code -Dpleas.fuzz.cases}; each is made from a number of
 * its own, which a failure tells.
 */
public final class FormatFuzzer {
  private static final int CASES = Integer.getInteger("pleas.fuzz.cases", 2_000);
  private static final long FIRST_SEED = Long.getLong("pleas.fuzz.seed", 0);
  private static final Duration MOST_TIME = Duration.ofSeconds(10);
  private static final long MOST_BYTES = 32L << 20;

  /** Mapped files go when buffers are collected; a process may have some 65,000. */
  private static final int CASES_BETWEEN_COLLECTIONS = 10_000;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Function<Path, Checkpoint> opener;
  private final Path folder;
  private int read;

  public FormatFuzzer(CheckpointFormat format, Path folder) {
    this(
        path -> {
          format.recognizes(path);
          return format.open(path);
        },
        folder);
  }

  /**
   * @param opener takes a file for a checkpoint
   */
  public FormatFuzzer(Function<Path, Checkpoint> opener, Path folder) {
    this.opener = opener;
    this.folder = folder;
  }

  /** Makes a damaged file. */
  @FunctionalInterface
  public interface Damaged {
    /** Returns the bytes of a file, the same for the same numbers. */
    byte[] file(SplittableRandom random);
  }

  /** Tries files. */
  public void run(Damaged damaged) throws IOException {
    long largest = 0;
    long slowest = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
      byte[] bytes = damaged.file(new SplittableRandom(seed));
      Path file = Files.write(folder.resolve("damaged" + seed % 2), bytes);
      long allocated = THREADS.getCurrentThreadAllocatedBytes();
      long start = THREADS.getCurrentThreadCpuTime();
      tryOut(file, bytes, seed);
      slowest = Math.max(slowest, THREADS.getCurrentThreadCpuTime() - start);
      largest = Math.max(largest, THREADS.getCurrentThreadAllocatedBytes() - allocated);
      assertThat(Duration.ofNanos(slowest)).as("seed %d", seed).isLessThan(MOST_TIME);
      assertThat(largest).as("bytes allocated, seed %d", seed).isLessThan(MOST_BYTES);
      if (seed % CASES_BETWEEN_COLLECTIONS == CASES_BETWEEN_COLLECTIONS - 1) {
        System.gc();
      }
    }
    assertThat(read).as("files that could be read although damaged").isPositive();
    System.out.printf(
        "%d damaged files: %d read, %d refused, at most %d ms and %d KiB each%n",
        CASES, read, CASES - read, slowest / 1_000_000, largest >> 10);
  }

  private void tryOut(Path file, byte[] bytes, long seed) {
    try {
      try (Checkpoint checkpoint = opener.apply(file)) {
        checkpoint
            .tensors()
            .forEach(
                (name, info) ->
                    assertThat(checkpoint.read(name).values())
                        .hasSize((int) info.shape().elements()));
        read++;
      }
    } catch (CheckpointException e) {
      assertThat(e.getMessage()).as("seed %d", seed).startsWith(file + ": ");
    } catch (RuntimeException | Error e) {
      throw new AssertionError(
          "seed " + seed + " (" + HexFormat.of().formatHex(bytes) + ") gave " + e, e);
    }
  }
}
