package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.merge.MergeMethod;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import dev.pleas.tck.reference.ReferenceBackend;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What every merge method keeps: rules {@code method701} and on of {@code docs/spi.md}, and those
 * of {@link ProviderContract}. It merges small convolutional networks with tools that are slow and
 * obviously right. The author extends it:
 *
 * <pre>{@code
 * class SlerpMethodTest extends MergeMethodContract {
 *   @Override
 *   protected MergeMethodProvider provider() {
 *     return new SlerpProvider();
 *   }
 *
 *   @Override
 *   protected boolean needsData() { // not needed by a method that runs the networks
 *     return false;
 *   }
 * }
 * }</pre>
 */
public abstract class MergeMethodContract extends MethodRefusalRules {
  /** For subclasses. */
  protected MergeMethodContract() {}

  @Test
  void required_method701_settingsAreWellFormed() {
    Set<String> names = new HashSet<>();
    for (MethodParameter parameter : create().parameters()) {
      String name = parameter.name();
      assertTrue(
          name.matches("[a-z][a-z0-9-]*"),
          () -> "the setting \"" + name + "\" does not match [a-z][a-z0-9-]*");
      assertTrue(names.add(name), () -> "two settings are named " + name);
      assertFalse(
          parameter.description().isBlank(), () -> "the setting " + name + " has no description");
    }
  }

  @Test
  void required_method702_defaultsAreWhatIsUsed() {
    MergeMethod method = create();
    Map<String, String> defaults = new LinkedHashMap<>();
    method.parameters().forEach(p -> defaults.put(p.name(), p.defaultValue()));
    defaults.keySet().removeAll(settings().keySet());
    MergeResult expected = merge(method);
    MergeResult found;
    try {
      found = merge(method, a, b, defaults);
    } catch (RuntimeException e) {
      throw new AssertionError("the defaults " + defaults + " were given, which led to " + e, e);
    }
    requireSame(expected.model(), found.model(), "without settings, then with all defaults given");
  }

  @Test
  void required_method703_resultTakesTheInputsOfTheSources() {
    assertEquals(
        a.graph().inputs(), merge(create()).model().graph().inputs(), "inputs of the result");
  }

  @Test
  void required_method704_resultHasTheOutputsOfTheSources() {
    Set<String> found = merge(create()).model().graph().outputs().keySet();
    List<Set<String>> allowed = List.of(Set.of("logits"), Set.of("first", "second"));
    assertTrue(
        allowed.contains(found),
        () ->
            "the result must have the sources' output logits, or one for each source, named first"
                + " and second, found "
                + found);
  }

  @Test
  void required_method705_aNetworkMergedWithItselfStaysTheSame() {
    Model merged = merge(create(), a, a, Map.of()).model();
    Plain expected = PlainNetwork.logits(a, samples);
    double largest = Arrays.stream(expected.values()).map(Math::abs).max().orElseThrow();
    PlainNetwork.outputs(merged, samples)
        .forEach(
            (name, found) -> {
              assertEquals(expected.shape(), found.shape(), () -> "shape of output " + name);
              for (int i = 0; i < found.values().length; i++) {
                int at = i;
                assertEquals(
                    expected.values()[i],
                    found.values()[i],
                    tolerance() * largest,
                    () -> "output " + name + "[" + at + "] of a network merged with itself");
              }
            });
  }

  @Test
  void required_method706_leavesTheSourcesAlone() {
    merge(create());
    requireSame(MergeExample.network(1, 5), a, "the first source before a merge, and after");
    requireSame(MergeExample.network(2, 5), b, "the second source before a merge, and after");
  }

  @Test
  void required_method707_sameRequestGivesTheSameBits() {
    MergeMethod method = create();
    Model first = merge(method).model();
    requireSame(first, merge(method).model(), "merged twice");
    requireSame(first, merge(create()).model(), "merged with another instance of the method");
  }

  @Test
  void required_method708_reportsEverySetting() {
    MergeMethod method = create();
    List<String> names = method.parameters().stream().map(MethodParameter::name).toList();
    Set<String> missing = new HashSet<>(names);
    missing.removeAll(merge(method).report().settings().keySet());
    assertEquals(Set.of(), missing, "settings in force that the report does not have");
  }

  @Test
  void required_method709_reportsProgressInStages() {
    MergeMethod method = create();
    WatchedProgress progress = new WatchedProgress();
    try (TensorBackend backend = new ReferenceBackend()) {
      merge(method, backend, List.of(a, b), samples, Map.of(), progress);
    }
    assertEquals(List.of(), progress.faults(), "what is wrong with the progress reported");
  }

  @Test
  void required_method710_leavesTheToolsToTheCaller() {
    MergeMethod method = create();
    try (TensorBackend backend = new ReferenceBackend()) {
      long before = backend.memoryBytes();
      merge(method, backend, List.of(a, b), samples, Map.of(), Progress.NONE);
      assertEquals(before, backend.memoryBytes(), "bytes on the backend before and after a merge");
      try {
        backend.newScope().close();
      } catch (IllegalStateException e) {
        throw new AssertionError("the method closed the backend, which is the caller's", e);
      }
    }
  }

  @Test
  void required_method711_severalThreadsMergeAtOnce() throws InterruptedException {
    MergeMethod method = create();
    List<Model> others = Stream.of(2, 3, 4).map(seed -> MergeExample.network(seed, 5)).toList();
    List<Model> alone = others.stream().map(o -> merge(create(), a, o, Map.of()).model()).toList();
    Parallel.run(
        thread -> {
          for (int i = 0; i < others.size(); i++) {
            int which = (i + thread) % others.size();
            Model found = merge(method, a, others.get(which), Map.of()).model();
            requireSame(alone.get(which), found, "merged alone, and with others");
          }
        });
  }
}
