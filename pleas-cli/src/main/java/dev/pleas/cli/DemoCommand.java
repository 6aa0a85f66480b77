package dev.pleas.cli;

import dev.pleas.api.error.PleasException;
import dev.pleas.cli.config.Json;
import dev.pleas.cli.evaluation.Score;
import dev.pleas.cli.merge.MergeOutcome;
import dev.pleas.cli.merge.MergePlan;
import dev.pleas.cli.merge.Workspace;
import dev.pleas.cli.output.MergeWriter;
import dev.pleas.cli.output.OutputDirectory;
import dev.pleas.cli.recipe.MergeSettings;
import dev.pleas.cli.recipe.StorageSettings;
import dev.pleas.cli.session.Session;
import dev.pleas.cli.terminal.Quantity;
import dev.pleas.cli.terminal.TextTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Merges the bundled example. */
@Command(
    name = "demo",
    description = {
      "Merges the bundled example networks and evaluates the result.",
      "They were trained on Fashion-MNIST: one pair for the same ten classes, one pair for five classes"
          + " each. Shows the accuracy of the sources, of their plain average, and of the merged"
          + " networks."
    },
    footer = {"", "Examples:", "  pleas demo", "  pleas demo --output demo --backend ejml"})
final class DemoCommand extends PleasCommand {
  private static final List<String> RECIPES = List.of("same-labels", "different-labels");
  private static final List<String> BUDGETS = List.of("1.0", "1.2");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description =
          "An existing folder to write the merged networks to. (default: a temporary one)")
  private @Nullable Path output;

  @Option(
      names = "--examples",
      paramLabel = "DIR",
      description = "Where the recipes are. (default: the distribution's)")
  private @Nullable Path examples;

  @Option(names = "--force", description = "Replaces earlier outputs.")
  private boolean force;

  @Mixin private ToolOptions tools = new ToolOptions();
  @Mixin private OutputOptions how = new OutputOptions();

  /**
   * One network of the demo.
   *
   * @param recipe which pair it belongs to
   * @param network what it is
   * @param accuracies by the name of the images
   * @param mean of the accuracies
   * @param output where it was written, or null
   */
  record Row(
      String recipe,
      String network,
      Map<String, Double> accuracies,
      double mean,
      @Nullable String output) {
    static Row of(String recipe, String network, List<Score> scores, @Nullable Path output) {
      Map<String, Double> accuracies = new LinkedHashMap<>();
      scores.forEach(score -> accuracies.put(score.name(), score.top1()));
      return new Row(
          recipe,
          network,
          accuracies,
          scores.stream().mapToDouble(Score::top1).average().orElse(Double.NaN),
          output == null ? null : output.toString());
    }
  }

  @Override
  void run(Session session) {
    Path recipes = examples == null ? bundled() : examples;
    Path folder = output == null ? temporary() : output;
    MergeWriter writer = MergeWriter.of(session, StorageSettings.NONE);
    explainBackend(session, tools.ids().backend(), how.quiet);
    List<Row> rows = new ArrayList<>();
    for (String recipe : RECIPES) {
      MergePlan plan = MergeSettings.read(recipes.resolve(recipe + ".yaml")).plan();
      try (Workspace workspace = Workspace.open(session, plan, tools.ids(), progress(how.quiet))) {
        explainPreflight(workspace.preflight(), how.quiet);
        rows.addAll(merge(workspace, recipe, recipes, folder, writer));
      }
    }
    out().print(how.json ? Json.write(rows) : text(rows, folder));
  }

  private List<Row> merge(
      Workspace workspace, String recipe, Path recipes, Path folder, MergeWriter writer) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < workspace.names().size(); i++) {
      rows.add(Row.of(recipe, workspace.names().get(i), workspace.evaluateSource(i), null));
    }
    rows.add(Row.of(recipe, "plain average", workspace.average().scores(), null));
    for (String budget : BUDGETS) {
      Map<String, String> parameters = new LinkedHashMap<>(workspace.plan().parameters());
      parameters.put("budget", budget);
      Path target = folder.resolve(recipe + "-" + budget + "x");
      try (OutputDirectory directory = OutputDirectory.prepare(target, force)) {
        MergeOutcome outcome = workspace.merge(workspace.plan().method(), parameters);
        List<String> merge =
            List.of(
                "merge",
                recipes.resolve(recipe + ".yaml").toString(),
                "--budget",
                budget,
                "--output",
                target.toString());
        writer.write(outcome, RepeatedCommand.of(merge, outcome.provenance().tools()), directory);
        rows.add(Row.of(recipe, "merged at " + budget + "×", outcome.scores(), target));
      }
    }
    return rows;
  }

  private static Path bundled() {
    @Nullable String home = System.getProperty("pleas.home");
    Path folder = Path.of(Objects.requireNonNullElse(home, "."), "examples", "fashion-mnist");
    if (!Files.isDirectory(folder)) {
      throw new PleasException(
          folder
              + ": the bundled example is missing; run the demo from the distribution, or say where"
              + " it is with --examples");
    }
    return folder;
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("pleas-demo-");
    } catch (IOException e) {
      throw new PleasException(
          "cannot make a temporary folder: " + e.getMessage() + "; name one with --output", e);
    }
  }

  private static String text(List<Row> rows, Path folder) {
    StringBuilder text = new StringBuilder();
    for (String recipe : RECIPES) {
      List<Row> own = rows.stream().filter(row -> row.recipe().equals(recipe)).toList();
      List<String> images =
          own.stream().flatMap(row -> row.accuracies().keySet().stream()).distinct().toList();
      List<String> headings = new ArrayList<>(List.of(recipe.replace('-', ' ')));
      images.forEach(name -> headings.add(">" + name));
      headings.add(">mean");
      TextTable table = new TextTable(headings.toArray(String[]::new));
      for (Row row : own) {
        List<Object> cells = new ArrayList<>(List.of(row.network()));
        images.forEach(
            name -> {
              Double accuracy = row.accuracies().get(name);
              cells.add(accuracy == null ? "" : Quantity.percent(accuracy));
            });
        cells.add(Quantity.percent(row.mean()));
        table.row(cells.toArray());
      }
      text.append(table).append('\n');
    }
    return text.append("Written: " + folder + "\n").toString();
  }
}
