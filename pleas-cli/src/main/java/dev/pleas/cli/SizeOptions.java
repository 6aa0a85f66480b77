package dev.pleas.cli;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How large the result may be: one of these. */
final class SizeOptions {
  @Option(
      names = "--budget",
      paramLabel = "B",
      description =
          "Size of the result relative to one source, from 1.0 to their number; as --set budget=B.")
  private @Nullable String budget;

  @Option(
      names = "--flops",
      paramLabel = "B",
      description = "Size of the result relative to one source, in multiply-accumulates.")
  private @Nullable String flops;

  @Option(
      names = "--params",
      paramLabel = "B",
      description = "Size of the result relative to one source, in parameters.")
  private @Nullable String parameters;

  @Option(
      names = "--ratios",
      paramLabel = "NAME=R,...",
      description =
          "The share of each group's units that is kept apart, 0 to 1; in a name, * stands for any"
              + " characters. As --set ratios=...")
  private @Nullable String ratios;

  /** Returns the settings of a recipe that do not count because of what was chosen. */
  Set<String> replaced() {
    if (ratios != null) {
      return Set.of("budget", "budget-unit", "allocation");
    }
    return budget == null && flops == null && parameters == null ? Set.of() : Set.of("ratios");
  }

  /** Adds what was chosen to the method's settings. */
  void putInto(Map<String, String> settings) {
    if (ratios != null) {
      settings.put("ratios", ratios);
    }
    String limit = budget != null ? budget : flops != null ? flops : parameters;
    if (limit != null) {
      settings.put("budget", limit);
      if (budget == null) {
        settings.put("budget-unit", flops != null ? "flops" : "parameters");
      }
    }
  }
}
