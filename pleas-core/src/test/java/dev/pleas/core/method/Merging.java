package dev.pleas.core.method;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.data.Samples;
import dev.pleas.api.match.Matcher;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.model.Model;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.LeastSquaresSolverProvider;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls {@code pleas} the short way. */
public final class Merging {
  private static final Registry REGISTRY = Registry.of(Merging.class.getClassLoader());

  private Merging() {}

  /** Returns a new backend, to be closed by the caller. */
  public static TensorBackend backend() {
    return REGISTRY.select(TensorBackendProvider.class, "ejml").provider().create();
  }

  /** Returns tools on a backend. */
  public static Tools tools(TensorBackend backend) {
    Matcher matcher =
        REGISTRY.select(MatcherProvider.class, "jonker-volgenant").provider().create();
    return new Tools(backend, matcher, solver("ejml"), solver("commons-math"));
  }

  private static LeastSquaresSolver solver(String id) {
    return REGISTRY.select(LeastSquaresSolverProvider.class, id).provider().create();
  }

  /**
   * Merges two networks named a and b.
   *
   * @param settings name, value, name, value, …
   */
  public static MergeResult merge(Model a, Model b, @Nullable Samples samples, String... settings) {
    try (TensorBackend backend = backend()) {
      return merge(backend, a, b, samples, settings);
    }
  }

  /** Merges two networks named a and b on a backend. */
  public static MergeResult merge(
      TensorBackend backend, Model a, Model b, @Nullable Samples samples, String... settings) {
    return new PleasMethod()
        .merge(
            new MergeRequest(
                List.of(a, b),
                List.of("a", "b"),
                samples,
                settings(settings),
                1,
                tools(backend),
                Progress.NONE));
  }

  static Map<String, String> settings(String... settings) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      map.put(settings[i], settings[i + 1]);
    }
    return map;
  }
}
