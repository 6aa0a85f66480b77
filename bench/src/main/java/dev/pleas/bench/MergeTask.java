package dev.pleas.bench;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.merge.MergeMethodProvider;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.LeastSquaresSolverProvider;
import java.util.List;
import java.util.Map;

/**
 * Merges two networks with random weights on random images at the cost of one: units matched by
 * activations, every layer fitted on the network merged so far.
 */
final class MergeTask implements Task<MergeResult> {
  private final Chosen<TensorBackend> backend;
  private final Chosen<LeastSquaresSolver> solver;
  private final MergeRequest request;
  private long peakBytes;

  /**
   * Makes the networks and the images.
   *
   * @param backend choice of one
   * @param solver choice of one
   */
  MergeTask(String backend, String solver, NetworkShape form, int images) {
    this.backend = Task.create(TensorBackendProvider.class, backend);
    this.solver = Task.create(LeastSquaresSolverProvider.class, solver);
    Tools tools =
        new Tools(
            this.backend.it(),
            Task.create(MatcherProvider.class, "auto").it(),
            this.solver.it(),
            equations -> {
              throw new IllegalStateException(
                  "a system of "
                      + equations.unknowns()
                      + " unknowns is singular, and the time of another solver would be measured;"
                      + " take more images");
            });
    // The proof of the symmetry is left out, since the peer knows it beforehand.
    Map<String, String> settings =
        Map.of("budget", "1.0", "refit", "merged", "heads", "shared", "check-symmetry", "false");
    request =
        new MergeRequest(
            List.of(RandomNetwork.of(form, 0), RandomNetwork.of(form, 1)),
            List.of("a", "b"),
            RandomImages.of(form.input(), images),
            settings,
            0,
            tools,
            this::watch);
  }

  /** Looks at the backend's memory at every step. */
  private Progress.Stage watch(String name, long steps) {
    return new Progress.Stage() {
      @Override
      public void advance(long by) {
        peakBytes = Math.max(peakBytes, backend.it().memoryBytes());
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public MergeResult run() {
    return Task.create(MergeMethodProvider.class, "pleas").it().merge(request);
  }

  /** Of the relative squared errors of the fitted layers, in execution order. */
  @Override
  public Fingerprint fingerprint(MergeResult result) {
    List<MergeReport.Layer> layers = result.report().layers();
    return Fingerprint.of(layers.size(), i -> layers.get(i).errorAfter());
  }

  @Override
  public String implementation() {
    return backend.id() + ", " + solver.id() + ": " + backend.it().description();
  }

  @Override
  public long peakBytes() {
    return peakBytes;
  }

  @Override
  public void close() {
    solver.it().close();
    backend.it().close();
  }
}
