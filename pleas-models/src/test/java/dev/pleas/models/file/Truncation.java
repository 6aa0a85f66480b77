package dev.pleas.models.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.error.CheckpointException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;

/** What happens when a mapped file becomes shorter while it is open. */
public final class Truncation {
  private Truncation() {}

  /**
   * Truncates a checkpoint's file and reads a tensor whose elements are gone. Where the system
   * forbids truncating mapped files, the first step fails and nothing is lost.
   */
  public static void requireTold(Checkpoint checkpoint, String tensor) throws IOException {
    try (FileChannel channel = FileChannel.open(checkpoint.path(), StandardOpenOption.WRITE)) {
      channel.truncate(100);
    }
    Throwable told = null;
    try {
      checkpoint.read(tensor);
      Thread.onSpinWait(); // the JVM may be about to throw
    } catch (CheckpointException e) {
      assertThat(e)
          .hasMessageContaining("the file was truncated or its disk failed while it was open");
      told = e;
    } catch (InternalError e) {
      // Compiled code that touched the pages is left before the JVM throws.
      assertThat(e).hasMessageContaining("unsafe memory access");
      told = e;
    }
    assertThat(told).isNotNull();
  }
}
