package dev.pleas.cli.merge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.cli.session.ChosenTools.Choice;
import dev.pleas.cli.session.LoadedModel;
import dev.pleas.cli.statistics.SavedStatistics;
import dev.pleas.cli.statistics.StatisticsOrigin;
import dev.pleas.models.data.DataSpec;
import dev.pleas.models.data.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a merged network comes from. The same merge on the same machine has the same provenance: no
 * times, no folders.
 *
 * @param pleas version of this program
 * @param method the merge method
 * @param settings every setting in force
 * @param seed the seed
 * @param tools the implementations and why each was chosen, by kind
 * @param sources what was merged
 * @param calibration the images it was calibrated on, or null
 * @param statistics the statistics of images by which it was merged, or null
 * @param environment the machine, since results depend on it in their last bits
 */
public record Provenance(
    String pleas,
    Choice method,
    Map<String, String> settings,
    long seed,
    Map<String, Choice> tools,
    List<Source> sources,
    @Nullable Calibration calibration,
    @Nullable Statistics statistics,
    Environment environment) {
  /** Key of a checkpoint's metadata that holds this as JSON. */
  public static final String KEY = "pleas.provenance";

  /**
   * A network that was merged.
   *
   * @param name its name in the merge
   * @param file name of its checkpoint, or of its folder
   * @param bytes length of the checkpoint, of all its files where it is sharded
   * @param sha256 of the checkpoint; of a sharded one, of the index and the shards after it
   * @param architecture what it is
   * @param provenance where it comes from in turn, if it was merged itself
   */
  public record Source(
      String name,
      String file,
      long bytes,
      String sha256,
      String architecture,
      @Nullable JsonNode provenance) {
    /** Describes a checkpoint. */
    static Source of(String name, LoadedModel model) {
      List<Path> files = model.checkpoint().files();
      return new Source(
          name,
          String.valueOf(model.path().getFileName()),
          files.stream().mapToLong(Source::size).sum(),
          Sha256.of(files),
          model.graph().architecture(),
          Lineage.read(model.checkpoint()));
    }

    private static long size(Path file) {
      try {
        return Files.size(file);
      } catch (IOException e) {
        throw new CheckpointException(file + ": cannot be read: " + e.getMessage(), e);
      }
    }
  }

  /**
   * Images.
   *
   * @param data file or folder
   * @param sha256 of the file; null for a folder
   * @param samples how many were used
   * @param preprocessing what was done to them
   */
  public record Calibration(
      String data, @Nullable String sha256, int samples, Preprocessing preprocessing) {
    /** Describes images that were used. */
    static Calibration of(DataSpec spec, int samples) {
      return new Calibration(
          String.valueOf(spec.path().getFileName()),
          Files.isRegularFile(spec.path()) ? Sha256.of(spec.path()) : null,
          samples,
          spec.preprocessing());
    }
  }

  /**
   * Statistics that were collected before the merge.
   *
   * @param file its name
   * @param sha256 of the file
   * @param samples how many images they are of
   * @param origin of what they are, and how they were computed
   */
  public record Statistics(String file, String sha256, long samples, StatisticsOrigin origin) {
    /** Describes a file that was used. */
    static Statistics of(SavedStatistics statistics) {
      return new Statistics(
          String.valueOf(statistics.path().getFileName()),
          Sha256.of(statistics.path()),
          statistics.origin().samples(),
          statistics.origin());
    }
  }

  /**
   * A machine.
   *
   * @param java version and vendor of the Java runtime
   * @param os name, version and processor architecture of the operating system
   * @param processors how many the JVM may use
   */
  public record Environment(String java, String os, int processors) {
    /** Describes this machine. */
    public static Environment here() {
      return new Environment(
          System.getProperty("java.runtime.version")
              + " ("
              + System.getProperty("java.vendor")
              + ")",
          System.getProperty("os.name")
              + " "
              + System.getProperty("os.version")
              + " "
              + System.getProperty("os.arch"),
          Runtime.getRuntime().availableProcessors());
    }
  }
}
