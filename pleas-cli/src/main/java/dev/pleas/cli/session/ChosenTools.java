package dev.pleas.cli.session;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.provider.DeviceOptions;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.provider.RegistryEntry;
import dev.pleas.api.provider.Selection;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.LeastSquaresSolverProvider;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The implementations that a merge works with, and why each was chosen. Closing frees the backend
 * and the solvers.
 *
 * @param tools the implementations
 * @param choices why each was chosen, by kind
 */
public record ChosenTools(Tools tools, Map<String, Choice> choices) implements AutoCloseable {
  /**
   * One choice, for people and provenance.
   *
   * @param id the provider's id
   * @param description what it is or runs on
   * @param origin the jar it came from
   * @param version that jar's version
   * @param reason why it was chosen
   */
  public record Choice(
      String id, String description, String origin, String version, String reason) {
    /** Describes a selection. */
    public static Choice of(Selection<?> selection) {
      return of(selection, selection.provider().description());
    }

    private static Choice of(Selection<?> selection, String description) {
      RegistryEntry<?> entry = selection.entry();
      return new Choice(
          entry.id(), description, entry.origin(), entry.version(), selection.reason());
    }
  }

  /**
   * Chooses and creates.
   *
   * @throws dev.pleas.api.error.ProviderException if an id is unknown or cannot be used here
   */
  static ChosenTools choose(Registry registry, ToolIds ids) {
    // Everything is chosen before anything is created: a wrong id costs nothing.
    Selection<TensorBackendProvider> backend =
        registry.select(TensorBackendProvider.class, ids.backend());
    Selection<MatcherProvider> matcher = registry.select(MatcherProvider.class, ids.matcher());
    Selection<LeastSquaresSolverProvider> solver =
        registry.select(LeastSquaresSolverProvider.class, ids.solver());

    LeastSquaresSolver main = create(solver.provider(), ids.device());
    Selection<LeastSquaresSolverProvider> singular = singular(registry, solver, main);
    LeastSquaresSolver second =
        singular.equals(solver) ? main : create(singular.provider(), ids.device());
    TensorBackend device = backend.provider().create(ids.device());

    Map<String, Choice> choices = new LinkedHashMap<>();
    choices.put("backend", Choice.of(backend, device.description()));
    choices.put("matcher", Choice.of(matcher));
    choices.put("solver", Choice.of(solver));
    choices.put("singularSolver", Choice.of(singular));
    return new ChosenTools(new Tools(device, matcher.provider().create(), main, second), choices);
  }

  /** Makes a solver, on the chosen device if it runs on one. */
  private static LeastSquaresSolver create(
      LeastSquaresSolverProvider provider, DeviceOptions device) {
    return provider.devices().isEmpty() ? provider.create() : provider.create(device);
  }

  /** The best solver that can do singular systems; the main one if there is none. */
  private static Selection<LeastSquaresSolverProvider> singular(
      Registry registry, Selection<LeastSquaresSolverProvider> main, LeastSquaresSolver solver) {
    if (solver.solvesSingular()) {
      return main;
    }
    for (RegistryEntry<LeastSquaresSolverProvider> entry :
        registry.entries(LeastSquaresSolverProvider.class)) {
      LeastSquaresSolverProvider provider = entry.provider();
      // The main one has been asked; making one on a device just for that takes time.
      boolean asked = entry.equals(main.entry());
      if (provider != null && entry.usable() && !asked && solvesSingular(provider)) {
        return new Selection<>(entry, provider, "best of those that solve singular systems");
      }
    }
    return main;
  }

  private static boolean solvesSingular(LeastSquaresSolverProvider provider) {
    try (LeastSquaresSolver solver = provider.create()) {
      return solver.solvesSingular();
    }
  }

  @Override
  public void close() {
    try {
      tools.backend().close();
    } finally {
      try {
        tools.solver().close();
      } finally {
        tools.singularSolver().close();
      }
    }
  }
}
