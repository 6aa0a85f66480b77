package dev.pleas.cli.output;

import dev.pleas.api.error.CheckpointException;
import dev.pleas.cli.config.Json;
import dev.pleas.cli.sweep.SweepDocument;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes what a sweep leaves behind. */
public final class SweepWriter {
  /** The results for programs. */
  public static final String DOCUMENT = "sweep.json";

  /** The results for people. */
  public static final String PAGE = "sweep.html";

  private SweepWriter() {}

  /** Returns the name of the folder of a merged network. */
  public static String networkFolder(String budget) {
    return "budget-" + budget;
  }

  /**
   * Writes all files and makes the folder appear.
   *
   * @throws CheckpointException if a file cannot be written; then nothing appears
   */
  public static void write(SweepDocument sweep, OutputDirectory output) {
    write(output.folder().resolve(DOCUMENT), Json.write(sweep));
    write(output.folder().resolve(PAGE), SweepPage.render(sweep));
    output.commit();
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CheckpointException(file + ": cannot be written: " + e.getMessage(), e);
    }
  }
}
