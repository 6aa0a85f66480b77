package dev.pleas.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.tensor.Shape;
import dev.pleas.cli.merge.Provenance;
import dev.pleas.cli.terminal.Quantity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Renders a report as a page that needs nothing but itself. What a merge has not is left out. */
final class ReportPage {
  private static final Pattern PLAIN_WORD = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

  private ReportPage() {}

  static String render(ReportDocument report) {
    String title = String.join(" + ", report.sources().keySet());
    Map<String, Object> view = view(report);
    view.put("name", title);
    return ChartPage.render(
        "report", title + " – merged by PLeaS", view, ReportSections.of(report));
  }

  private static Map<String, Object> view(ReportDocument report) {
    Provenance origin = report.provenance();
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("architecture", report.architecture());
    view.put("inputs", shapes(report.inputs()));
    view.put(
        "outputs",
        report.outputs().entrySet().stream()
            .map(output -> output.getKey() + " (" + output.getValue() + ")")
            .collect(Collectors.joining(", ")));
    view.put("method", origin.method().id());
    view.put("tiles", tiles(report));
    view.put("notes", report.notes());
    view.put("hasNotes", !report.notes().isEmpty());
    view.put("sizes", sizes(report));
    view.put("plan", plan(report));
    view.put("hasPlan", !report.groups().isEmpty());
    view.put("command", shell(report.command()));
    view.put("hasCommand", !report.command().isEmpty());
    view.put("sources", origin.sources().stream().map(ReportPage::source).toList());
    view.put("settings", settings(origin));
    view.put("tools", tools(origin));
    view.put("pleas", origin.pleas());
    view.put("java", origin.environment().java());
    view.put("os", origin.environment().os());
    view.put("processors", origin.environment().processors());
    return view;
  }

  private static List<Map<String, String>> tiles(ReportDocument report) {
    List<Map<String, String>> tiles = new ArrayList<>();
    report
        .evaluation()
        .forEach(
            score ->
                tiles.add(tile(Quantity.percent(score.top1()), "accuracy on " + score.name())));
    MergeReport.Cost cost = report.cost();
    if (cost != null) {
      tiles.add(tile(Quantity.ratio(cost.flops()), "FLOPs of one source"));
      tiles.add(tile(Quantity.ratio(cost.denseFlops()), "FLOPs, zero blocks counted"));
      tiles.add(tile(Quantity.ratio(cost.parameters()), "parameters of one source"));
    }
    return tiles;
  }

  private static Map<String, String> tile(String value, String label) {
    return Map.of("value", value, "label", label);
  }

  private static Table sizes(ReportDocument report) {
    Table table = new Table("Network", ">Parameters", ">Multiply-accumulates per input");
    Map<String, ReportDocument.Size> all = new LinkedHashMap<>(report.sources());
    all.put("merged", report.merged());
    all.forEach(
        (name, size) ->
            table.row(
                name,
                Quantity.count(size.parameters()),
                Quantity.count(size.multiplyAccumulates())));
    return table;
  }

  private static Table plan(ReportDocument report) {
    Table table = new Table("Group", ">Units", ">Merged", ">Kept apart", ">Width", ">Ratio");
    for (MergeReport.Group group : report.groups()) {
      int apart = group.size() - group.merged();
      table.row(
          group.name(),
          group.size(),
          group.merged(),
          apart,
          group.width(),
          Quantity.decimal(apart / (double) group.size(), 2));
    }
    return table;
  }

  /** A network and, if it was merged itself, what it was merged from. */
  private static Map<String, Object> source(Provenance.Source source) {
    JsonNode origin = source.provenance();
    return source(
        source.name(),
        source.file() + ", " + source.architecture() + ", " + Quantity.bytes(source.bytes()),
        source.sha256(),
        origin);
  }

  private static Map<String, Object> source(
      String name, String file, String sha256, @Nullable JsonNode origin) {
    List<Map<String, Object>> parents = new ArrayList<>();
    String how = "";
    if (origin != null) {
      for (JsonNode parent : origin.path("sources")) {
        parents.add(
            source(
                parent.path("name").asText(),
                parent.path("file").asText()
                    + ", "
                    + parent.path("architecture").asText()
                    + ", "
                    + Quantity.bytes(parent.path("bytes").asLong()),
                parent.path("sha256").asText(),
                parent.get("provenance")));
      }
      how = "merged by " + origin.at("/method/id").asText() + how(origin.path("settings")) + ":";
    }
    return Map.of("name", name, "file", file, "sha256", sha256, "how", how, "parents", parents);
  }

  private static String how(JsonNode settings) {
    JsonNode budget = settings.get("budget");
    return budget == null ? ", from" : " with budget " + budget.asText() + ", from";
  }

  private static Table settings(Provenance origin) {
    Table table = new Table("Setting", "Value");
    origin.settings().forEach(table::row);
    table.row("seed", origin.seed());
    Provenance.Calibration calibration = origin.calibration();
    if (calibration != null) {
      table.row(
          "calibration images",
          calibration.data() + ", " + Quantity.count(calibration.samples()) + " images");
      if (calibration.sha256() != null) {
        table.row("their SHA-256", calibration.sha256());
      }
    }
    return table;
  }

  private static Table tools(Provenance origin) {
    Table table = new Table("Tool", "Id", "What it is", "From", "Why");
    table.row(
        "method",
        origin.method().id(),
        origin.method().description(),
        origin.method().origin() + " " + origin.method().version(),
        origin.method().reason());
    origin
        .tools()
        .forEach(
            (kind, tool) ->
                table.row(
                    Quantity.words(kind),
                    tool.id(),
                    tool.description(),
                    tool.origin() + " " + tool.version(),
                    tool.reason()));
    return table;
  }

  /** The words of a command as a POSIX shell reads them. */
  static String shell(List<String> words) {
    return words.stream()
        .map(
            word ->
                PLAIN_WORD.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }

  private static String shapes(Map<String, Shape> shapes) {
    return shapes.values().stream().map(Shape::toString).collect(Collectors.joining(", "));
  }
}
