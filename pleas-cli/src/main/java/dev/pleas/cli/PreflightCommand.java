package dev.pleas.cli;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.cli.config.Json;
import dev.pleas.cli.merge.NamedPath;
import dev.pleas.cli.preflight.Preflight;
import dev.pleas.cli.preflight.TensorComparison;
import dev.pleas.cli.recipe.MergeSettings;
import dev.pleas.cli.session.LoadedModel;
import dev.pleas.cli.session.Session;
import dev.pleas.cli.terminal.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compares checkpoints before a merge. */
@Command(
    name = "preflight",
    description = {
      "Compares the tensors of networks, one by one, and says whether they can be merged.",
      "The exit code is 1 when a merge would be refused."
    },
    footer = {
      "",
      "Examples:",
      "  pleas preflight first.safetensors second.safetensors",
      "  pleas preflight lo=first.safetensors hi=second.safetensors third.pt --json"
    })
final class PreflightCommand extends PleasCommand {
  @Parameters(
      arity = "2..*",
      paramLabel = "[NAME=]PATH",
      converter = ModelArgument.class,
      description = "Networks, and a short name for each.")
  private List<NamedPath> models = List.of();

  @Mixin private NetworkOptions network = new NetworkOptions();

  @Option(names = "--json", description = "Prints the result as JSON.")
  private boolean json;

  private boolean refused;

  /**
   * What is printed as JSON.
   *
   * @param sources files by name
   * @param summary counts, and what does not simply match
   * @param tensors every tensor
   */
  record Comparison(
      Map<String, String> sources, Preflight.Summary summary, List<TensorComparison> tensors) {}

  @Override
  void run(Session session) {
    List<NamedPath> named =
        MergeSettings.NONE.withModels(models).withHeads(network.heads()).plan().models();
    List<LoadedModel> loaded = new ArrayList<>();
    try {
      named.forEach(model -> loaded.add(session.load(model.path(), model.heads())));
      Preflight preflight =
          Preflight.of(
              named.stream().map(NamedPath::name).toList(), LoadedModel.ofOneInput(loaded));
      refused = !preflight.refusals().isEmpty();
      out()
          .print(
              json
                  ? Json.write(
                      new Comparison(preflight.sources(), preflight.summary(), preflight.tensors()))
                  : text(preflight));
    } finally {
      loaded.forEach(LoadedModel::close);
    }
  }

  @Override
  int exitCode() {
    return refused ? 1 : 0;
  }

  private static String text(Preflight preflight) {
    StringBuilder text = new StringBuilder();
    TextTable files = new TextTable("source", "file");
    preflight.sources().forEach(files::row);
    text.append(files).append('\n');
    List<String> headings = new ArrayList<>(List.of("tensor", "status"));
    headings.addAll(preflight.sources().keySet());
    TextTable table = new TextTable(headings.toArray(String[]::new));
    for (TensorComparison tensor : preflight.tensors()) {
      List<Object> cells = new ArrayList<>(List.of(tensor.tensor(), tensor.status().word()));
      for (String source : preflight.sources().keySet()) {
        TensorInfo info = tensor.found().get(source);
        cells.add(info == null ? "none" : info.dtype() + " " + info.shape());
      }
      table.row(cells.toArray());
    }
    text.append(table).append('\n').append(preflight.line()).append('\n');
    for (Preflight.Tied tie : preflight.tied()) {
      text.append(
          "note: "
              + tie.source()
              + ": "
              + tie.other()
              + " is the same as "
              + tie.tensor()
              + "; a merge treats them apart\n");
    }
    if (preflight.refusals().isEmpty()) {
      text.append("These networks can be merged.\n");
    } else {
      text.append("A merge would be refused:\n");
      preflight.refusals().forEach(reason -> text.append("  " + reason + "\n"));
    }
    return text.toString();
  }
}
