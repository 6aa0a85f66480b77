package dev.pleas.cli;

import dev.pleas.api.error.CheckpointException;
import dev.pleas.models.file.AtomicFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The one file that a command writes. */
final class OutputFile {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      required = true,
      description = "The file to write.")
  private @Nullable Path path;

  @Option(names = "--force", description = "Replaces an existing file.")
  private boolean force;

  Path path() {
    return Objects.requireNonNull(path, "required");
  }

  /**
   * Returns the file, before what is to be in it is computed.
   *
   * @throws CheckpointException if it exists and is not to be replaced, or cannot be written
   */
  Path checked() {
    AtomicFile.check(path());
    if (Files.exists(path()) && !force) {
      throw new CheckpointException(
          path() + ": exists; choose another file, or replace it with --force");
    }
    return path();
  }
}
