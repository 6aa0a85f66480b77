package dev.pleas.cli;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.cli.config.Json;
import dev.pleas.cli.merge.MergeOutcome;
import dev.pleas.cli.merge.MergePlan;
import dev.pleas.cli.merge.Workspace;
import dev.pleas.cli.output.MergeWriter;
import dev.pleas.cli.output.OutputDirectory;
import dev.pleas.cli.output.ReportDocument;
import dev.pleas.cli.recipe.MergeSettings;
import dev.pleas.cli.session.Session;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Merges checkpoints and writes the result. */
@Command(
    name = "merge",
    description = {
      "Merges networks of one architecture and writes a folder with the merged network and reports.",
      "What to do is said by options, by a recipe (a YAML file), or both; options win."
    },
    footer = {
      "",
      "Examples:",
      "  pleas merge recipe.yaml",
      "  pleas merge recipe.yaml --budget 1.5 -o merged-1.5",
      "  pleas merge -m a=first.safetensors -m b=second.safetensors --budget 1.2 \\",
      "      --data calibration-images-idx3-ubyte.gz --mean 0.286 --std 0.353 -o merged",
      "  pleas merge recipe.yaml --dtype bfloat16 --shard-size 500MB -o merged-small",
      "  pleas merge recipe.yaml --stats pair.stats --budget 1.8 -o merged-1.8",
      "",
      "'pleas methods' lists the merge methods and all their parameters (for --set).",
    })
final class MergeCommand extends PleasCommand {
  @Mixin private MergeOptions options = new MergeOptions();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "The folder to write.")
  private @Nullable Path output;

  @Option(names = "--force", description = "Replaces an earlier output.")
  private boolean force;

  @Mixin private StatisticsOption statistics = new StatisticsOption();
  @Mixin private OutputOptions how = new OutputOptions();

  @Override
  void run(Session session) {
    MergeSettings settings =
        statistics.in(options.settings(spec(), output), options.sources().namesImages());
    MergePlan plan = settings.plan();
    Path folder = settings.output();
    if (folder == null) {
      throw new ConfigurationException(
          "no output folder was named; name one with --output, or in the recipe");
    }
    MergeWriter writer = MergeWriter.of(session, settings.storage());
    explainBackend(session, options.tools().backend(), how.quiet);
    try (OutputDirectory directory = OutputDirectory.prepare(folder, force);
        Workspace workspace = Workspace.open(session, plan, options.tools(), progress(how.quiet))) {
      explainPreflight(workspace.preflight(), how.quiet);
      MergeOutcome outcome = workspace.merge(plan.method(), plan.parameters());
      List<String> typed = spec().root().commandLine().getParseResult().originalArgs();
      List<String> again = RepeatedCommand.of(typed, outcome.provenance().tools());
      ReportDocument report = writer.write(outcome, again, directory);
      out().print(how.json ? Json.write(report) : MergeSummary.of(report, folder));
    }
  }
}
