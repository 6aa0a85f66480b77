package dev.pleas.cli.output;

import java.util.List;

/**
 * A part of a page that has charts.
 *
 * @param title its heading
 * @param remarks what the charts show, in words
 * @param figures the charts
 */
record Section(String title, List<String> remarks, List<Figure> figures) {}
