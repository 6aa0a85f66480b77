package dev.pleas.cli.output;

/**
 * A chart of a page, and the same as a table, for those who do not see it.
 *
 * @param id its own on the page
 * @param chart name of the function that draws it
 * @param title what stands above it; empty for nothing
 * @param label what it shows, in words
 * @param data what the function gets, as JSON
 * @param table the same numbers
 */
record Figure(String id, String chart, String title, String label, Object data, Table table) {}
