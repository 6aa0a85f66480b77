package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.CheckpointFormatProvider;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/** What the rules of a checkpoint format work with. */
abstract class FormatRules extends ProviderContract<CheckpointFormat, CheckpointFormatProvider> {
  @TempDir Path folder = Path.of("");

  /** Returns the element types that the format can store; by default all. At least one. */
  protected Set<DType> dtypes() {
    return EnumSet.allOf(DType.class);
  }

  /** Returns how a file of the format is called; by default as the provider says. */
  protected String fileName() {
    return provider().fileName();
  }

  /** Makes the format under test; skips the test where it cannot write. */
  final CheckpointFormat writer() {
    CheckpointFormat format = create();
    if (!format.writes()) {
      throw new TestAbortedException(provider().id() + " only reads: writes() is false");
    }
    return format;
  }

  /** Returns F32 where the format has it, else the first type it has. */
  final DType dtype() {
    return dtypes().contains(DType.F32) ? DType.F32 : dtypes().iterator().next();
  }

  /** Returns a file, by its usual name, in a folder of its own. */
  final Path file(String folderName) {
    try {
      return Files.createDirectory(folder.resolve(folderName)).resolve(fileName());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a small checkpoint's tensors: every type, a scalar, and an empty tensor. */
  final Contents small() {
    Contents contents = new Contents().add("head.scale", dtype()).add("empty", dtype(), 0, 3);
    dtypes().forEach(dtype -> contents.add("block." + dtype + ".weight", dtype, 2, 3));
    return contents;
  }

  static final Map<String, String> METADATA = Map.of("framework", "contract", "empty", "");

  /** Writes tensors to a new file. */
  final Path written(String folderName, Contents contents, Map<String, String> metadata) {
    Path file = file(folderName);
    writer().write(file, contents.infos(), contents::stored, metadata);
    return file;
  }

  /** Fails unless the tensors come back as they were written. */
  final void requireRoundTrip(String folderName, Contents contents) {
    try (Checkpoint checkpoint = create().open(written(folderName, contents, Map.of()))) {
      contents.requireIn(checkpoint);
    }
  }

  /** Fails unless this is a CheckpointException whose message names what it is about. */
  static void requireRefusal(Throwable thrown, Object named, String when) {
    if (!(thrown instanceof CheckpointException)) {
      throw new AssertionError(when + ": expected a CheckpointException, found " + thrown, thrown);
    }
    assertTrue(
        String.valueOf(thrown.getMessage()).contains(named.toString()),
        () -> when + ": the message must name " + named + ", found: " + thrown.getMessage());
  }

  /** Returns the names in a folder, in order. */
  static List<String> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
