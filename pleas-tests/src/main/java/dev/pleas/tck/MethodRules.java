package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.data.Samples;
import dev.pleas.api.merge.MergeMethod;
import dev.pleas.api.merge.MergeMethodProvider;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.model.Model;
import dev.pleas.tck.reference.ReferenceBackend;
import dev.pleas.tck.reference.ReferenceMatcher;
import dev.pleas.tck.reference.ReferenceSolver;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/** What the rules of a merge method work with. */
abstract class MethodRules extends ProviderContract<MergeMethod, MergeMethodProvider> {
  final Model a = MergeExample.network(1, 5);
  final Model b = MergeExample.network(2, 5);
  final Samples samples = MergeExample.samples(MergeExample.INPUT);

  /** Returns the settings to merge with, besides the defaults; by default none. */
  protected Map<String, String> settings() {
    return Map.of();
  }

  /**
   * Returns whether the method, with these settings, cannot do without calibration data; by default
   * it cannot.
   */
  protected boolean needsData() {
    return true;
  }

  /** Returns the names of the settings that take any text; by default none. */
  protected Set<String> freeText() {
    return Set.of();
  }

  /**
   * Returns how far the outputs of a network merged with itself may be from its own, relative to
   * the largest; by default 10⁻³, what float32 leaves of a least-squares fit.
   */
  protected double tolerance() {
    return 1e-3;
  }

  /** Returns tools that are obviously right, on a backend. */
  static Tools tools(TensorBackend backend) {
    return new Tools(backend, new ReferenceMatcher(), new ReferenceSolver(), new ReferenceSolver());
  }

  /** Merges on a backend. */
  final MergeResult merge(
      MergeMethod method,
      TensorBackend backend,
      List<Model> sources,
      @Nullable Samples data,
      Map<String, String> more,
      Progress progress) {
    Map<String, String> all = new LinkedHashMap<>(settings());
    all.putAll(more);
    List<String> names = List.of("first", "second", "third").subList(0, sources.size());
    return method.merge(new MergeRequest(sources, names, data, all, 1, tools(backend), progress));
  }

  /** Merges two networks, with settings besides the usual ones. */
  final MergeResult merge(MergeMethod method, Model first, Model second, Map<String, String> more) {
    try (TensorBackend backend = new ReferenceBackend()) {
      return merge(method, backend, List.of(first, second), samples, more, Progress.NONE);
    }
  }

  /** Merges both examples, with the usual settings. */
  final MergeResult merge(MergeMethod method) {
    return merge(method, a, b, Map.of());
  }

  /** Merges with other data, where the method needs some. */
  final MergeResult mergeWithData(MergeMethod method, @Nullable Samples data) {
    if (!needsData()) {
      throw new TestAbortedException("the method needs no data: needsData() returns false");
    }
    try (TensorBackend backend = new ReferenceBackend()) {
      return merge(method, backend, List.of(a, b), data, Map.of(), Progress.NONE);
    }
  }

  /** Fails unless a merge is refused with an exception of a type, whose message has these texts. */
  static void requireRefusal(
      Class<? extends Throwable> type, String what, Runnable merge, List<String> texts) {
    Throwable thrown = assertThrows(Throwable.class, merge::run, what + " must be refused");
    if (thrown instanceof TestAbortedException skipped) {
      throw skipped;
    }
    if (!type.isInstance(thrown)) {
      throw new AssertionError(
          what + ": expected a " + type.getSimpleName() + ", found " + thrown, thrown);
    }
    String message = String.valueOf(thrown.getMessage());
    for (String text : texts) {
      assertTrue(
          message.contains(text),
          () -> what + ": the message must name " + text + ", found \"" + message + "\"");
    }
  }

  /** Fails unless two networks are the same, bit for bit. */
  static void requireSame(Model expected, Model found, String what) {
    assertTrue(
        expected.graph().nodes().equals(found.graph().nodes())
            && expected.graph().parameters().equals(found.graph().parameters()),
        () -> what + ": the graphs differ");
    expected
        .parameters()
        .forEach(
            (name, tensor) -> {
              int at = Arrays.mismatch(tensor.values(), found.parameter(name).values());
              if (at >= 0) {
                throw new AssertionError(
                    String.format(
                        Locale.ROOT,
                        "%s: %s[%d] is %s, then %s",
                        what,
                        name,
                        at,
                        tensor.values()[at],
                        found.parameter(name).values()[at]));
              }
            });
  }
}
