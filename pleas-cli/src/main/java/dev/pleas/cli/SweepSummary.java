package dev.pleas.cli;

import dev.pleas.cli.output.SweepWriter;
import dev.pleas.cli.sweep.SweepDocument;
import dev.pleas.cli.sweep.SweepDocument.Point;
import dev.pleas.cli.terminal.Quantity;
import dev.pleas.cli.terminal.TextTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a sweep tells on the terminal. */
final class SweepSummary {
  private SweepSummary() {}

  static String of(SweepDocument sweep, Path folder) {
    boolean several = sweep.evaluations().size() > 1;
    List<String> headings = new ArrayList<>(List.of("network", ">FLOPs", ">parameters"));
    sweep.evaluations().forEach(name -> headings.add(">" + name));
    if (several) {
      headings.add(">mean");
    }
    headings.add(">time");
    TextTable table = new TextTable(headings.toArray(String[]::new));
    for (Point point : sweep.rows()) {
      table.row(cells(sweep, point, several).toArray());
    }
    StringBuilder text = new StringBuilder();
    text.append(
        String.join(", ", sweep.provenance().sources().stream().map(s -> s.name()).toList())
            + " ("
            + sweep.architecture()
            + ") by "
            + sweep.provenance().method().id()
            + ": "
            + sweep.refit()
            + "\n\n");
    text.append(table).append('\n');
    for (Point point : sweep.points()) {
      if (point.error() != null) {
        text.append("failed: " + point.name() + ": " + point.error() + "\n");
      }
    }
    sweep.notes().forEach(note -> text.append("note: " + note + "\n"));
    text.append("Written: " + folder + " (chart: " + folder.resolve(SweepWriter.PAGE) + ")\n");
    return text.toString();
  }

  private static List<Object> cells(SweepDocument sweep, Point point, boolean several) {
    List<Object> cells = new ArrayList<>(List.of(point.name()));
    cells.add(ratio(point.flops()));
    cells.add(ratio(point.parameters()));
    for (String name : sweep.evaluations()) {
      cells.add(percent(point.accuracies().get(name)));
    }
    if (several) {
      cells.add(percent(point.mean()));
    }
    cells.add(
        point.error() != null
            ? "failed"
            : point.elapsedNanos() == 0 ? "" : Quantity.seconds(point.elapsedNanos()));
    return cells;
  }

  private static String ratio(@Nullable Double value) {
    return value == null ? "" : Quantity.ratio(value);
  }

  private static String percent(@Nullable Double value) {
    return value == null ? "" : Quantity.percent(value);
  }
}
