package dev.pleas.cli.session;

import dev.pleas.api.provider.DeviceOptions;

/**
 * Which implementations to work with; {@code auto} leaves the choice to the registry.
 *
 * @param backend id of a tensor backend
 * @param matcher id of a matcher
 * @param solver id of a least-squares solver
 * @param device what the backend and the solver run on, where there is something to choose
 */
public record ToolIds(String backend, String matcher, String solver, DeviceOptions device) {
  /** The registry's choice of everything. */
  public static final ToolIds AUTO = new ToolIds("auto", "auto", "auto", DeviceOptions.AUTOMATIC);
}
