package dev.pleas.cli.output;

import dev.pleas.cli.sweep.SweepDocument;
import dev.pleas.cli.sweep.SweepDocument.Point;
import dev.pleas.cli.terminal.Quantity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Renders a sweep as a page that needs nothing but itself. */
final class SweepPage {
  private static final String MEAN = "mean";

  /** A line further below the others than this many times their spread would press them flat. */
  private static final double FAR = 2;

  private final SweepDocument sweep;

  private SweepPage(SweepDocument sweep) {
    this.sweep = sweep;
  }

  static String render(SweepDocument sweep) {
    return new SweepPage(sweep).render();
  }

  private String render() {
    String title =
        String.join(" + ", sweep.provenance().sources().stream().map(s -> s.name()).toList());
    List<String> notes = new ArrayList<>();
    for (Point point : sweep.points()) {
      if (point.error() != null) {
        notes.add(point.name() + " failed: " + point.error());
      }
    }
    notes.addAll(sweep.notes());
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("name", title);
    view.put("architecture", sweep.architecture());
    view.put("method", sweep.provenance().method().id());
    view.put("refit", sweep.refit());
    view.put("notes", notes);
    view.put("hasNotes", !notes.isEmpty());
    view.put("table", table());
    OriginView.put(view, "sweep", sweep.command(), sweep.provenance());
    return ChartPage.render("sweep", title + " – budgets compared by PLeaS", view, sections());
  }

  private List<Section> sections() {
    if (sweep.points().stream().allMatch(point -> point.flops() == null)) {
      return List.of();
    }
    return List.of(
        new Section(
            "Accuracy against cost",
            remarks(),
            List.of(
                figure("flops", "FLOPs", Point::flops),
                figure("parameters", "parameters", Point::parameters))));
  }

  private boolean several() {
    return sweep.evaluations().size() > 1;
  }

  /** What is drawn over the budgets: each evaluation, and their mean if there are several. */
  private List<String> curves() {
    List<String> curves = new ArrayList<>(sweep.evaluations());
    if (several()) {
      curves.add(MEAN);
    }
    return curves;
  }

  private @Nullable Double value(Point point, int curve) {
    return curve == sweep.evaluations().size()
        ? point.mean()
        : point.accuracies().get(sweep.evaluations().get(curve));
  }

  private Figure figure(String id, String what, Function<Point, @Nullable Double> cost) {
    List<Map<String, Object>> lines = new ArrayList<>();
    List<String> curves = curves();
    for (int c = 0; c < curves.size(); c++) {
      List<List<Object>> at = new ArrayList<>();
      for (Point point : sweep.points()) {
        Double x = cost.apply(point);
        Double y = value(point, c);
        if (x != null && y != null) {
          at.add(List.of(x, y, point.name()));
        }
      }
      lines.add(
          Map.of(
              "name",
              several() ? curves.get(c) : "merged",
              "main",
              c == curves.size() - 1,
              "points",
              at));
    }
    Map<String, Double> references = references();
    Double average = references.get("plain average");
    if (average != null && farBelow(average, references)) {
      references.remove("plain average");
    }
    Table table = new Table("Network", ">" + what, several() ? ">Mean" : ">Accuracy");
    for (Point point : sweep.points()) {
      table.row(point.name(), ratio(cost.apply(point)), percent(point.mean()));
    }
    references().forEach((name, share) -> table.row(name, "", percent(share)));
    return new Figure(
        id,
        "curve",
        "",
        "Accuracy against "
            + what
            + " relative to one source; dashed: "
            + (several() ? "means of " : "")
            + "what the results are compared with.",
        Map.of("axis", what + ", one source = 1", "lines", lines, "references", list(references)),
        table);
  }

  private static List<Map<String, Object>> list(Map<String, Double> references) {
    List<Map<String, Object>> list = new ArrayList<>();
    references.forEach((name, share) -> list.add(Map.of("name", name, "value", share)));
    return list;
  }

  /** Horizontal lines: means over the evaluations. */
  private Map<String, Double> references() {
    Map<String, Double> references = new LinkedHashMap<>();
    if (!several()) {
      sweep.sources().forEach(source -> put(references, source.name(), source));
    } else {
      OptionalDouble mean = sourcesMean();
      if (mean.isPresent()) {
        references.put("sources", mean.getAsDouble());
      }
    }
    put(references, "ensemble", sweep.ensemble());
    put(references, "plain average", sweep.average());
    return references;
  }

  private static void put(Map<String, Double> references, String name, @Nullable Point point) {
    if (point != null && point.mean() != null) {
      references.put(references.containsKey(name) ? name + " (compared)" : name, point.mean());
    }
  }

  /** Each task by those sources that know it; nothing if one is known to none. */
  private OptionalDouble sourcesMean() {
    double sum = 0;
    for (String name : sweep.evaluations()) {
      OptionalDouble mean =
          sweep.sources().stream()
              .map(source -> source.accuracies().get(name))
              .filter(Objects::nonNull)
              .mapToDouble(Double::doubleValue)
              .average();
      if (mean.isEmpty()) {
        return mean;
      }
      sum += mean.getAsDouble();
    }
    return OptionalDouble.of(sum / sweep.evaluations().size());
  }

  private boolean farBelow(double average, Map<String, Double> references) {
    List<Double> others = new ArrayList<>(references.values());
    others.remove(average);
    for (int c = 0; c < curves().size(); c++) {
      for (Point point : sweep.points()) {
        Double y = value(point, c);
        if (y != null) {
          others.add(y);
        }
      }
    }
    double least = others.stream().mapToDouble(y -> y).min().orElse(average);
    double most = others.stream().mapToDouble(y -> y).max().orElse(average);
    return average < least - FAR * (most - least);
  }

  private List<String> remarks() {
    Map<String, Double> references = references();
    Double average = references.get("plain average");
    return average != null && farBelow(average, references)
        ? List.of(
            "Plain averaging, at "
                + Quantity.percent(average)
                + (several() ? " in the mean" : "")
                + ", is far below what the charts show.")
        : List.of();
  }

  private Table table() {
    List<String> headings = new ArrayList<>(List.of("Network", ">FLOPs", ">Parameters"));
    sweep.evaluations().forEach(name -> headings.add(">" + name));
    if (several()) {
      headings.add(">Mean");
    }
    headings.add(">Time");
    Table table = new Table(headings.toArray(String[]::new));
    for (Point point : sweep.rows()) {
      List<Object> cells = new ArrayList<>(List.of(point.name()));
      cells.add(ratio(point.flops()));
      cells.add(ratio(point.parameters()));
      for (int c = 0; c < curves().size(); c++) {
        cells.add(percent(value(point, c)));
      }
      cells.add(
          point.error() != null
              ? "failed"
              : point.elapsedNanos() == 0 ? "" : Quantity.seconds(point.elapsedNanos()));
      table.row(cells.toArray());
    }
    return table;
  }

  private static String ratio(@Nullable Double value) {
    return value == null ? "–" : Quantity.ratio(value);
  }

  private static String percent(@Nullable Double value) {
    return value == null ? "–" : Quantity.percent(value);
  }
}
