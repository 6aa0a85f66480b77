package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.CheckpointFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What becomes of files that are not as they should be: rules format627 to format631. */
abstract class FormatDamageRules extends FormatReadingRules {
  /** A small file's header, and all that is worked out of it, fits into this many times over. */
  private static final long MOST_BYTES = 32L << 20;

  private int files;

  @Test
  void required_format627_refusesMissingFilesAndFolders() throws IOException {
    CheckpointFormat format = create();
    Path missing = folder.resolve(fileName());
    Path directory = Files.createDirectory(folder.resolve("folder"));
    for (Path path : new Path[] {missing, directory}) {
      String when = "opening " + (path.equals(missing) ? "a file that is missing" : "a folder");
      Throwable thrown =
          assertThrows(Throwable.class, () -> format.open(path).close(), when + " must be refused");
      requireRefusal(thrown, path, when);
    }
  }

  @Test
  void required_format628_refusesOtherFiles() throws IOException {
    CheckpointFormat format = create();
    for (Map.Entry<String, byte[]> other : Damage.others().entrySet()) {
      Path file = put(other.getValue());
      String when = "opening " + other.getKey();
      Throwable thrown =
          assertThrows(Throwable.class, () -> format.open(file).close(), when + " must be refused");
      requireRefusal(thrown, file, when);
    }
  }

  @Test
  void required_format629_refusesTruncatedFiles() throws IOException {
    Contents contents = small();
    CheckpointFormat format = create();
    byte[] whole = Files.readAllBytes(written("whole", contents, METADATA));
    for (Map.Entry<String, byte[]> cut : Damage.cut(whole).entrySet()) {
      Path file = put(cut.getValue());
      String when = "opening a file of " + whole.length + " bytes, " + cut.getKey();
      try (Checkpoint checkpoint = format.open(file)) {
        requireNothingLost(checkpoint, contents, when);
      } catch (RuntimeException e) {
        requireRefusal(e, file, when);
      }
    }
  }

  /** What was cut off may have been padding; then everything must be there. */
  private static void requireNothingLost(Checkpoint checkpoint, Contents contents, String when) {
    try {
      contents.requireIn(checkpoint);
      assertEquals(METADATA, checkpoint.metadata());
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(when + " must be refused, or give everything back", e);
    }
  }

  @Test
  void required_format630_damageGivesCheckpointExceptionsOnly() throws IOException {
    CheckpointFormat format = create();
    for (Map.Entry<String, byte[]> damaged : damaged().entrySet()) {
      Path file = put(damaged.getValue());
      Throwable thrown = readAll(format, file);
      if (thrown != null) {
        requireRefusal(thrown, file, "reading a file with " + damaged.getKey());
      }
    }
  }

  @Test
  void required_format631_checksLengthsBeforeItTrustsThem() throws IOException {
    CheckpointFormat format = create();
    Map<String, byte[]> files = damaged();
    files.putAll(Damage.others());
    for (Map.Entry<String, byte[]> damaged : files.entrySet()) {
      Path file = put(damaged.getValue());
      long bytes = Allocation.during(() -> readAll(format, file));
      assertTrue(
          bytes < MOST_BYTES,
          () ->
              "reading a file of "
                  + damaged.getValue().length
                  + " bytes with "
                  + damaged.getKey()
                  + " took "
                  + bytes
                  + " bytes of memory: compare every length with what is there before you use it");
    }
  }

  private Map<String, byte[]> damaged() throws IOException {
    byte[] whole = Files.readAllBytes(written("sound", small(), METADATA));
    return new LinkedHashMap<>(Damage.altered(whole));
  }

  /** Returns what came of reading all that a file has: null if nothing was thrown. */
  private static @Nullable Throwable readAll(CheckpointFormat format, Path file) {
    try (Checkpoint checkpoint = format.open(file)) {
      checkpoint.tensors().keySet().forEach(checkpoint::read);
      return null;
    } catch (Throwable e) { // an OutOfMemoryError or StackOverflowError is what is looked for
      return e;
    }
  }

  /** Puts bytes into a new file; one that was mapped cannot be written again everywhere. */
  private Path put(byte[] bytes) throws IOException {
    files++;
    return Files.write(file("damage" + files), bytes);
  }
}
