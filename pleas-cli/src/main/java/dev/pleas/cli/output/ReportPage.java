package dev.pleas.cli.output;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.tensor.Shape;
import dev.pleas.cli.evaluation.Score;
import dev.pleas.cli.merge.Provenance;
import dev.pleas.cli.terminal.Quantity;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Renders a report as a page that needs nothing but itself. */
final class ReportPage {
  private static final String TEMPLATE = "report.mustache";

  private ReportPage() {}

  static String render(ReportDocument report) {
    try (InputStream in =
            Objects.requireNonNull(ReportPage.class.getResourceAsStream(TEMPLATE), TEMPLATE);
        Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      Template template = Mustache.compiler().compile(reader);
      return template.execute(view(report));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> view(ReportDocument report) {
    Provenance origin = report.provenance();
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("title", String.join(" + ", report.sources().keySet()));
    view.put("architecture", report.architecture());
    view.put("inputs", shapes(report.inputs()));
    view.put(
        "outputs",
        report.outputs().entrySet().stream()
            .map(output -> output.getKey() + " (" + output.getValue() + ")")
            .collect(Collectors.joining(", ")));
    view.put("method", origin.method().id());
    view.put("cost", costs(report));
    view.put("sizes", sizes(report));
    view.put("scores", report.evaluation().stream().map(ReportPage::score).toList());
    view.put("evaluated", !report.evaluation().isEmpty());
    view.put("groups", report.groups().stream().map(ReportPage::group).toList());
    view.put("hasGroups", !report.groups().isEmpty());
    view.put("layers", report.layers().stream().map(ReportPage::layer).toList());
    view.put("hasLayers", !report.layers().isEmpty());
    view.put("stages", stages(report.stages()));
    view.put("memory", memory(report));
    view.put("notes", report.notes());
    view.put("hasNotes", !report.notes().isEmpty());
    view.put("settings", rows(origin.settings()));
    view.put("seed", Long.toString(origin.seed()));
    view.put(
        "tools",
        origin.tools().entrySet().stream()
            .map(
                tool ->
                    Map.of(
                        "kind", Quantity.words(tool.getKey()),
                        "id", tool.getValue().id(),
                        "description", tool.getValue().description(),
                        "origin", tool.getValue().origin() + " " + tool.getValue().version(),
                        "reason", tool.getValue().reason()))
            .toList());
    view.put(
        "sources",
        origin.sources().stream()
            .map(
                source ->
                    Map.of(
                        "name", source.name(),
                        "file", source.file(),
                        "size", Quantity.bytes(source.bytes()),
                        "sha256", source.sha256(),
                        "merged", source.provenance() != null))
            .toList());
    Provenance.Calibration calibration = origin.calibration();
    view.put(
        "calibration",
        calibration == null
            ? "none"
            : calibration.data() + ", " + calibration.samples() + " images");
    view.put("pleas", origin.pleas());
    view.put("java", origin.environment().java());
    view.put("os", origin.environment().os());
    view.put("processors", origin.environment().processors());
    return view;
  }

  private static List<Map<String, String>> costs(ReportDocument report) {
    MergeReport.Cost cost = report.cost();
    if (cost == null) {
      return List.of();
    }
    return List.of(
        Map.of("value", Quantity.ratio(cost.flops()), "label", "FLOPs of one source"),
        Map.of("value", Quantity.ratio(cost.denseFlops()), "label", "FLOPs, zero blocks counted"),
        Map.of("value", Quantity.ratio(cost.parameters()), "label", "parameters of one source"));
  }

  private static List<Map<String, String>> sizes(ReportDocument report) {
    Map<String, ReportDocument.Size> all = new LinkedHashMap<>(report.sources());
    all.put("merged", report.merged());
    return all.entrySet().stream()
        .map(
            entry ->
                Map.of(
                    "name", entry.getKey(),
                    "parameters", Quantity.count(entry.getValue().parameters()),
                    "macs", Quantity.count(entry.getValue().multiplyAccumulates())))
        .toList();
  }

  private static Map<String, Object> score(Score score) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("name", score.name());
    view.put("head", score.head() == null ? "" : score.head());
    view.put("samples", Quantity.count(score.samples()));
    view.put("top1", Quantity.percent(score.top1()));
    view.put("top5", score.top5() == null ? "" : Quantity.percent(score.top5()));
    view.put(
        "classes",
        score.classes().stream()
            .map(
                c ->
                    Map.of(
                        "name", c.name(),
                        "accuracy", Quantity.percent(c.accuracy()),
                        "bar", Quantity.decimal(100 * c.accuracy(), 1)))
            .toList());
    return view;
  }

  private static Map<String, Object> group(MergeReport.Group group) {
    return Map.of(
        "name", group.name(),
        "size", group.size(),
        "merged", group.merged(),
        "width", group.width(),
        "before", Quantity.significant(group.similarityBefore()),
        "after", Quantity.significant(group.similarityAfter()));
  }

  private static Map<String, Object> layer(MergeReport.Layer layer) {
    return Map.of(
        "name", layer.name(),
        "unknowns", Quantity.count(layer.unknowns()),
        "rows", Quantity.count(layer.rows()),
        "available", Quantity.count(layer.rowsAvailable()),
        "before", Quantity.significant(layer.errorBefore()),
        "after", Quantity.significant(layer.errorAfter()),
        "bar", Quantity.decimal(100 * Math.min(1, Math.max(0, layer.errorAfter())), 1),
        "ghost", Quantity.decimal(100 * Math.min(1, Math.max(0, layer.errorBefore())), 1),
        "condition", Quantity.significant(layer.conditionEstimate()));
  }

  private static List<Map<String, String>> stages(List<MergeReport.Stage> stages) {
    long longest = stages.stream().mapToLong(MergeReport.Stage::elapsedNanos).max().orElse(1);
    return stages.stream()
        .map(
            stage ->
                Map.of(
                    "name", stage.name(),
                    "time", Quantity.seconds(stage.elapsedNanos()),
                    "bar",
                        Quantity.decimal(100.0 * stage.elapsedNanos() / Math.max(1, longest), 1)))
        .toList();
  }

  private static List<Map<String, String>> memory(ReportDocument report) {
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("tensors of the backend", Quantity.bytes(report.memory().backendBytes()));
    rows.put("Java heap", Quantity.bytes(report.memory().heapBytes()));
    Long process = report.memory().processBytes();
    rows.put("process, resident", process == null ? "not known here" : Quantity.bytes(process));
    return rows(rows);
  }

  private static List<Map<String, String>> rows(Map<String, String> map) {
    return map.entrySet().stream()
        .map(entry -> Map.of("key", entry.getKey(), "value", entry.getValue()))
        .toList();
  }

  private static String shapes(Map<String, Shape> shapes) {
    return shapes.values().stream().map(Shape::toString).collect(Collectors.joining(", "));
  }
}
