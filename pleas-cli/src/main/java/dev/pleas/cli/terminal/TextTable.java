package dev.pleas.cli.terminal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A table of plain text. Columns whose heading begins with {@code >} are set to the right. */
public final class TextTable {
  private static final String GAP = "  ";

  private final List<String> headings;
  private final boolean[] right;
  private final List<List<String>> rows = new ArrayList<>();

  /** Makes an empty table. */
  public TextTable(String... headings) {
    right = new boolean[headings.length];
    this.headings = new ArrayList<>();
    for (int c = 0; c < headings.length; c++) {
      right[c] = headings[c].startsWith(">");
      this.headings.add(right[c] ? headings[c].substring(1) : headings[c]);
    }
  }

  /** Adds a row of as many cells as there are headings. */
  public void row(Object... cells) {
    if (cells.length != headings.size()) {
      throw new IllegalArgumentException(cells.length + " cells, " + headings.size() + " columns");
    }
    rows.add(Arrays.stream(cells).map(String::valueOf).toList());
  }

  /** Returns the table, a line break after each row. */
  @Override
  public String toString() {
    int[] widths = new int[headings.size()];
    for (int c = 0; c < widths.length; c++) {
      widths[c] = headings.get(c).length();
      for (List<String> row : rows) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    }
    StringBuilder text = new StringBuilder();
    append(text, headings, widths);
    rows.forEach(row -> append(text, row, widths));
    return text.toString();
  }

  private void append(StringBuilder text, List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < widths.length; c++) {
      String space = " ".repeat(widths[c] - cells.get(c).length());
      line.append(right[c] ? space + cells.get(c) : cells.get(c) + space).append(GAP);
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }
}
