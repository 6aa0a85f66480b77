package dev.pleas.cli.output;

import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.tensor.Shape;
import dev.pleas.cli.merge.Provenance;
import dev.pleas.cli.terminal.Quantity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Renders a report as a page that needs nothing but itself. What a merge has not is left out. */
final class ReportPage {
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
    OriginView.put(view, "merge", report.command(), origin);
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

  private static String shapes(Map<String, Shape> shapes) {
    return shapes.values().stream().map(Shape::toString).collect(Collectors.joining(", "));
  }
}
