package dev.pleas.cli;

import dev.pleas.cli.recipe.MergeSettings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Statistics instead of images. */
final class StatisticsOption {
  @Option(
      names = "--stats",
      paramLabel = "FILE",
      description = {
        "Statistics that 'pleas stats' wrote, instead of the recipe's calibration images; with --data,"
            + " beside those images."
      })
  private @Nullable Path file;

  /**
   * Returns settings with the statistics, if an option names them.
   *
   * @param namesImages whether an option names images: these are used too
   */
  MergeSettings in(MergeSettings settings, boolean namesImages) {
    if (file == null) {
      return settings;
    }
    MergeSettings with = settings.withStatistics(file);
    return namesImages ? with : with.withoutCalibration();
  }
}
