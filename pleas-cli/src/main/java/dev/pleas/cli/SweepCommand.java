package dev.pleas.cli;

import dev.pleas.cli.config.Json;
import dev.pleas.cli.merge.MergeOutcome;
import dev.pleas.cli.merge.Workspace;
import dev.pleas.cli.output.MergeWriter;
import dev.pleas.cli.output.OutputDirectory;
import dev.pleas.cli.output.SweepWriter;
import dev.pleas.cli.recipe.MergeSettings;
import dev.pleas.cli.session.ChosenTools.Choice;
import dev.pleas.cli.session.Session;
import dev.pleas.cli.sweep.Sweep;
import dev.pleas.cli.sweep.SweepDocument;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Merges at several budgets and compares accuracy with cost. */
@Command(
    name = "sweep",
    description = {
      "Merges the same networks at several budgets and shows accuracy against cost.",
      "Each result is measured on the recipe's evaluations, beside the sources, their plain average and"
          + " their ensemble. Writes a folder with sweep.json and sweep.html."
    },
    footer = {
      "",
      "Examples:",
      "  pleas sweep recipe.yaml --budgets 1.0,1.2,1.55,1.8,2.0 -o sweep",
      "  pleas sweep recipe.yaml --budgets 1.0,1.5,2.0 --refit sources -o sweep",
      "  pleas sweep recipe.yaml --stats pair.stats --budgets 1.0,2.0 --keep -o sweep",
      "",
      "With --refit sources, or --stats, the images are gone through once for all budgets; else what units are",
      "matched by is, and each budget's fit goes through them again, with its own network."
    })
final class SweepCommand extends PleasCommand {
  @Mixin private SourceOptions options = new SourceOptions();

  @Option(
      names = "--budgets",
      paramLabel = "B",
      split = ",",
      required = true,
      converter = Budget.class,
      description = "Sizes of the results relative to one source, 1.0 to the number of sources.")
  private List<BigDecimal> budgets = List.of();

  @Option(
      names = "--refit",
      paramLabel = "R",
      description = "merged, sources or none: inputs of the fits; as --set refit=R.")
  private @Nullable String refit;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      required = true,
      description = "The folder to write.")
  private @Nullable Path output;

  @Option(
      names = "--keep",
      description = "Writes the merged networks too, into folders budget-B of it.")
  private boolean keep;

  @Option(names = "--force", description = "Replaces an earlier output.")
  private boolean force;

  @Mixin private StorageOptions storage = new StorageOptions();
  @Mixin private StatisticsOption statistics = new StatisticsOption();
  @Mixin private OutputOptions how = new OutputOptions();

  private boolean complete = true;

  /** Reads a budget. */
  static final class Budget implements ITypeConverter<BigDecimal> {
    @Override
    public BigDecimal convert(String text) {
      if (!text.strip().matches("\\d{1,3}(\\.\\d{1,9})?")) {
        throw new TypeConversionException(
            "expected numbers such as 1.0,1.5,2.0, found \"" + text + "\"");
      }
      return new BigDecimal(text.strip());
    }
  }

  @Override
  void run(Session session) {
    Map<String, String> more = refit == null ? Map.of() : Map.of("refit", refit);
    MergeSettings settings =
        statistics.in(
            options.settings(spec(), more, Set.of("ratios"), output), options.namesImages());
    Path folder = Objects.requireNonNull(output);
    MergeWriter writer = MergeWriter.of(session, storage.settings().over(settings.storage()));
    explainBackend(session, options.tools().backend(), how.quiet);
    try (OutputDirectory directory = OutputDirectory.prepare(folder, force);
        Workspace workspace =
            Workspace.open(session, settings.plan(), options.tools(), progress(how.quiet))) {
      explainPreflight(workspace.preflight(), how.quiet);
      Sweep sweep =
          new Sweep(
              workspace,
              (budget, outcome) -> keep ? write(writer, directory, budget, outcome) : null);
      SweepDocument document =
          sweep.run(
              List.copyOf(new TreeSet<>(budgets)), // Equal numbers are one, as 1 and 1.0.
              directory.folder(),
              again(workspace.choices()));
      SweepWriter.write(document, directory);
      complete = document.points().stream().allMatch(point -> point.error() == null);
      out().print(how.json ? Json.write(document) : SweepSummary.of(document, folder));
    }
  }

  private List<String> again(Map<String, Choice> tools) {
    return RepeatedCommand.of(spec().root().commandLine().getParseResult().originalArgs(), tools);
  }

  private String write(
      MergeWriter writer, OutputDirectory directory, String budget, MergeOutcome outcome) {
    String name = SweepWriter.networkFolder(budget);
    try (OutputDirectory inner = OutputDirectory.prepare(directory.folder().resolve(name), false)) {
      writer.write(outcome, again(outcome.provenance().tools()), inner);
    }
    return name;
  }

  /** A budget that failed does not lose the others, but is told. */
  @Override
  int exitCode() {
    return complete ? 0 : 1;
  }
}
