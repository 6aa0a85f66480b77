package dev.pleas.cli;

import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.CheckpointFormatProvider;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.cli.config.Json;
import dev.pleas.cli.labels.LabelMap;
import dev.pleas.cli.merge.MergeOutcome;
import dev.pleas.cli.merge.MergePlan;
import dev.pleas.cli.merge.NamedPath;
import dev.pleas.cli.merge.Workspace;
import dev.pleas.cli.output.MergeWriter;
import dev.pleas.cli.output.OutputDirectory;
import dev.pleas.cli.output.ReportDocument;
import dev.pleas.cli.recipe.MergeSettings;
import dev.pleas.cli.session.Session;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

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
      "",
      "'pleas methods' lists the merge methods and all their parameters (for --set).",
    })
final class MergeCommand extends PleasCommand {
  @Parameters(arity = "0..1", paramLabel = "RECIPE", description = "A YAML file.")
  private @Nullable Path recipe;

  @Option(
      names = {"-m", "--model"},
      paramLabel = "[NAME=]PATH",
      converter = ModelArgument.class,
      description = "A network to merge, and a short name for it. Give it twice or more.")
  private List<NamedPath> models = List.of();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "The folder to write.")
  private @Nullable Path output;

  @Option(names = "--force", description = "Replaces an earlier output.")
  private boolean force;

  @Option(
      names = "--method",
      paramLabel = "ID",
      description = "How to merge. (default: " + MergeSettings.DEFAULT_METHOD + ")")
  private @Nullable String method;

  @ArgGroup private SizeOptions size = new SizeOptions();

  @Option(
      names = "--allocation",
      paramLabel = "A",
      description = "uniform or stages: how the size is shared out; as --set allocation=A.")
  private @Nullable String allocation;

  @Option(
      names = "--output-heads",
      paramLabel = "H",
      description =
          "auto, shared or union (one output for all), or separate (one for each source).")
  private @Nullable String outputHeads;

  @Option(
      names = "--label-map",
      paramLabel = "FILE",
      description = {
        "JSON: the class of each value of each network's output, by name;",
        "{\"a\": [\"cat\", \"dog\"], \"b\": [\"dog\", \"owl\"]}. Equal names are one class."
      })
  private @Nullable Path labelMap;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets a parameter of the method; see 'pleas methods'.")
  private Map<String, String> parameters = new LinkedHashMap<>();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Makes everything random repeatable. (default: 0)")
  private @Nullable Long seed;

  @Mixin private NetworkOptions network = new NetworkOptions();
  @Mixin private DataOptions data = new DataOptions();
  @Mixin private ToolOptions tools = new ToolOptions();
  @Mixin private OutputOptions how = new OutputOptions();

  @Override
  void run(Session session) {
    if (recipe == null && models.isEmpty()) {
      throw new ParameterException(
          spec().commandLine(),
          "nothing to merge: name a recipe, or two networks or more with --model");
    }
    MergeSettings settings =
        flags()
            .over(
                recipe == null
                    ? MergeSettings.NONE
                    : MergeSettings.read(recipe).without(size.replaced()))
            .withHeads(network.heads());
    MergePlan plan = settings.plan();
    Path folder = settings.output();
    if (folder == null) {
      throw new ConfigurationException(
          "no output folder was named; name one with --output, or in the recipe");
    }
    CheckpointFormat format =
        session
            .registry()
            .select(CheckpointFormatProvider.class, "safetensors")
            .provider()
            .create();
    explainBackend(session, tools.ids().backend(), how.quiet);
    try (OutputDirectory directory = OutputDirectory.prepare(folder, force);
        Workspace workspace = Workspace.open(session, plan, tools.ids(), progress(how.quiet))) {
      explainPreflight(workspace.preflight(), how.quiet);
      MergeOutcome outcome = workspace.merge(plan.method(), plan.parameters());
      List<String> typed = spec().root().commandLine().getParseResult().originalArgs();
      List<String> again = RepeatedCommand.of(typed, outcome.provenance().tools());
      ReportDocument report = new MergeWriter(format).write(outcome, again, directory);
      out().print(how.json ? Json.write(report) : MergeSummary.of(report, folder));
    }
  }

  private MergeSettings flags() {
    Map<String, String> all = new LinkedHashMap<>(parameters);
    size.putInto(all);
    if (allocation != null) {
      all.put("allocation", allocation);
    }
    if (outputHeads != null) {
      all.put("heads", outputHeads);
    }
    return new MergeSettings(
        models,
        method,
        all,
        data.settings(null),
        List.of(),
        seed,
        output,
        labelMap == null ? null : LabelMap.read(labelMap));
  }
}
