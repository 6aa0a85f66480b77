package dev.pleas.cli.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A table of a page. Its columns, rows and cells are read by the template. */
final class Table {
  private final List<Cell> columns;
  private final List<Row> rows = new ArrayList<>();

  /** Text, and whether it is a number, which stands to the right. */
  record Cell(String text, boolean number) {}

  /** A row's cells. */
  record Row(List<Cell> cells) {}

  /**
   * @param headings those of columns of numbers begin with &gt;
   */
  Table(String... headings) {
    columns =
        Arrays.stream(headings)
            .map(heading -> new Cell(heading.replaceFirst("^>", ""), heading.startsWith(">")))
            .toList();
  }

  /** Appends a row. */
  Table row(Object... texts) {
    if (texts.length != columns.size()) {
      throw new IllegalArgumentException(texts.length + " cells in " + columns.size() + " columns");
    }
    rows.add(
        new Row(
            IntStream.range(0, texts.length)
                .mapToObj(i -> new Cell(String.valueOf(texts[i]), columns.get(i).number()))
                .toList()));
    return this;
  }

  List<Cell> columns() {
    return columns;
  }

  List<Row> rows() {
    return rows;
  }
}
