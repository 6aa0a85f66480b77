package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.data.Samples;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.error.DataException;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.merge.MergeMethod;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.tck.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a merge method refuses, and how: rules method712 to method718. */
abstract class MethodRefusalRules extends MethodPlanRules {
  @Test
  void required_method712_refusesUnknownSettings() {
    MergeMethod method = create();
    List<String> texts = new ArrayList<>(List.of("no-such-setting"));
    method.parameters().forEach(parameter -> texts.add(parameter.name()));
    requireRefusal(
        ConfigurationException.class,
        "a setting that the method does not know",
        () -> merge(method, a, b, Map.of("no-such-setting", "1")),
        texts);
  }

  @Test
  void required_method713_refusesMalformedValues() {
    MergeMethod method = create();
    for (MethodParameter parameter : method.parameters()) {
      if (!freeText().contains(parameter.name())) {
        requireRefusal(
            ConfigurationException.class,
            "no-such-value as setting " + parameter.name(),
            () -> merge(method, a, b, Map.of(parameter.name(), "no-such-value")),
            List.of(parameter.name(), "no-such-value"));
      }
    }
  }

  @Test
  void required_method714_refusesOtherArchitectures() {
    MergeMethod method = create();
    requireRefusal(
        ModelException.class,
        "merging networks of different width",
        () -> merge(method, a, MergeExample.network(2, 6), Map.of()),
        List.of("conv2.weight", "[5, 4, 3, 3]", "[6, 4, 3, 3]"));
  }

  @Test
  void required_method715_mergesThreeOrSaysThatItCannot() {
    MergeMethod method = create();
    try (TensorBackend backend = new ReferenceBackend()) {
      merge(
          method,
          backend,
          List.of(a, b, MergeExample.network(3, 5)),
          samples,
          Map.of(),
          Progress.NONE);
    } catch (ConfigurationException e) {
      // it cannot, and says so
    } catch (RuntimeException e) {
      throw new AssertionError(
          "three networks must be merged, or refused with a ConfigurationException, found " + e, e);
    }
  }

  @Test
  void required_method716_asksForDataWhereItNeedsSome() {
    MergeMethod method = create();
    requireRefusal(
        DataException.class,
        "merging without calibration data",
        () -> mergeWithData(method, null),
        List.of());
  }

  @Test
  void required_method717_refusesDataOfAnotherShape() {
    MergeMethod method = create();
    Shape other = Shape.of(3, 7, 4);
    requireRefusal(
        DataException.class,
        "calibration data of another shape",
        () -> mergeWithData(method, MergeExample.samples(other)),
        List.of(MergeExample.INPUT.toString(), other.toString()));
  }

  @Test
  void required_method718_leavesNothingOnTheBackendWhenItFails() {
    MergeMethod method = create();
    Samples unreadable =
        new Samples() {
          private int reads;

          @Override
          public int count() {
            return samples.count();
          }

          @Override
          public Shape shape() {
            return samples.shape();
          }

          @Override
          public HostTensor read(int from, int to) {
            reads++;
            if (reads > 1) {
              throw new DataException("image 7 cannot be read");
            }
            return samples.read(from, to);
          }
        };
    requireNothingLeft(method, List.of(a, MergeExample.network(2, 6)), samples, "other widths");
    requireNothingLeft(method, List.of(a, b), unreadable, "data that cannot be read");
  }

  private void requireNothingLeft(
      MergeMethod method, List<Model> sources, Samples data, String what) {
    try (TensorBackend backend = new ReferenceBackend()) {
      long before = backend.memoryBytes();
      try {
        merge(method, backend, sources, data, Map.of(), Progress.NONE);
      } catch (RuntimeException e) {
        // that it fails is another rule
      }
      assertEquals(
          before,
          backend.memoryBytes(),
          () -> "bytes on the backend after a merge that failed for " + what);
    }
  }
}
