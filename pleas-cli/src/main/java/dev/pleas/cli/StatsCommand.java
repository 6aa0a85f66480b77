package dev.pleas.cli;

import dev.pleas.cli.config.Json;
import dev.pleas.cli.merge.Workspace;
import dev.pleas.cli.recipe.MergeSettings;
import dev.pleas.cli.session.Session;
import dev.pleas.cli.statistics.SavedStatistics;
import dev.pleas.cli.statistics.SpooledStatistics;
import dev.pleas.cli.statistics.StatisticsOrigin;
import dev.pleas.cli.terminal.Quantity;
import dev.pleas.models.file.AtomicFile;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Computes statistics of calibration data, or adds such files up. */
@Command(
    name = "stats",
    description = {
      "Runs the networks on calibration data once, and saves what merges need to know of that.",
      "Merges by 'pleas merge --stats FILE' need no data, whatever their budget and ridge. Files of"
          + " parts of the data, computed anywhere, are added up by --add."
    },
    footer = {
      "",
      "Examples:",
      "  pleas stats recipe.yaml -o pair.stats",
      "  pleas merge recipe.yaml --stats pair.stats --budget 1.5 -o merged-1.5",
      "  pleas stats -m a=first.safetensors -m b=second.safetensors --data part-1/ -o 1.stats",
      "  pleas stats --add 1.stats 2.stats 3.stats -o pair.stats",
      "",
      "The file is safetensors: one float64 matrix for each sum. It has none of the data in it."
    })
final class StatsCommand extends PleasCommand {
  @Mixin private SourceOptions options = new SourceOptions();

  @Option(
      names = "--add",
      paramLabel = "FILE",
      arity = "1..*",
      description = "Adds up files of statistics of the same networks instead; two or more.")
  private List<Path> parts = List.of();

  @Mixin private OutputFile output = new OutputFile();
  @Mixin private OutputOptions how = new OutputOptions();

  @Override
  void run(Session session) {
    Path file = output.checked();
    StatisticsOrigin origin = parts.isEmpty() ? collect(session, file) : add(file);
    out().print(how.json ? Json.write(origin) : text(origin, file));
  }

  private StatisticsOrigin collect(Session session, Path file) {
    MergeSettings settings =
        options.settings(spec(), Map.of(), Set.of(), null).withStatistics(null);
    Path folder = AtomicFile.check(file);
    explainBackend(session, options.tools().backend(), how.quiet);
    try (Workspace workspace =
            Workspace.open(session, settings.plan(), options.tools(), progress(how.quiet));
        SpooledStatistics spool = SpooledStatistics.in(folder)) {
      explainPreflight(workspace.preflight(), how.quiet);
      if (workspace.unnormalized()) {
        note(Workspace.UNNORMALIZED);
      }
      StatisticsOrigin origin = workspace.collect(spool);
      SavedStatistics.write(file, spool, origin);
      return origin;
    }
  }

  private StatisticsOrigin add(Path file) {
    if (options.given()) {
      throw new ParameterException(
          spec().commandLine(), "--add takes files of statistics, and no recipe and no networks");
    }
    if (parts.size() < 2) {
      throw new ParameterException(
          spec().commandLine(), "--add: expected two files of statistics or more, found one");
    }
    StatisticsOrigin origin =
        SavedStatistics.add(parts.stream().map(SavedStatistics::open).toList(), file);
    Set<StatisticsOrigin.Images> seen = new HashSet<>();
    for (StatisticsOrigin.Images images : origin.images()) {
      if (images.sha256() != null && !seen.add(images)) {
        note(images.data() + " (" + images.samples() + " samples) is in the sum more than once");
      }
    }
    return origin;
  }

  private void note(String text) {
    if (!how.quiet) {
      err().println("note: " + text);
      err().flush();
    }
  }

  private static String text(StatisticsOrigin origin, Path file) {
    StringBuilder text = new StringBuilder();
    text.append(
        "Statistics of "
            + String.join(", ", origin.sources().stream().map(s -> s.name()).toList())
            + " ("
            + origin.sources().get(0).architecture()
            + ") on "
            + Quantity.count(origin.samples())
            + " samples, for the method "
            + origin.method()
            + "\n");
    text.append("Written: " + file + " (" + Quantity.bytes(file.toFile().length()) + ")\n");
    return text.toString();
  }
}
