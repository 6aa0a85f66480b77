package dev.pleas.cli.session;

/**
 * Which implementations to work with; {@code auto} leaves the choice to the registry.
 *
 * @param backend id of a tensor backend
 * @param matcher id of a matcher
 * @param solver id of a least-squares solver
 */
public record ToolIds(String backend, String matcher, String solver) {
  /** The registry's choice of everything. */
  public static final ToolIds AUTO = new ToolIds("auto", "auto", "auto");
}
