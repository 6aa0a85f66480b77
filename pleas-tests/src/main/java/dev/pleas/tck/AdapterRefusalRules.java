package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.ModelAdapter;
import dev.pleas.api.tensor.Shape;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What an adapter says of what it cannot take: rules adapter513 to adapter518. */
abstract class AdapterRefusalRules extends AdapterRules {
  @Test
  void required_adapter513_doesNotRecognizeStrangers() {
    ModelAdapter adapter = create();
    STRANGERS.forEach(
        (what, tensors) -> {
          Adaptation found;
          try {
            found = adapter.adapt(tensors, Map.of(), null);
          } catch (RuntimeException e) {
            throw new AssertionError(what + ": expected NotRecognized, but adapt threw " + e, e);
          }
          assertTrue(
              found instanceof Adaptation.NotRecognized,
              () -> what + ": expected NotRecognized, found " + found);
        });
  }

  @Test
  void required_adapter514_reasonsNameATensor() {
    ModelAdapter adapter = create();
    Set<String> known = knownNames();
    forEachNetwork(network -> known.addAll(network.metadata().keySet()));
    STRANGERS.forEach(
        (what, tensors) -> {
          if (adapter.adapt(tensors, Map.of(), null) instanceof Adaptation.NotRecognized not) {
            Set<String> names = new HashSet<>(known);
            names.addAll(tensors.keySet());
            assertTrue(
                namesOneOf(names, not.reason()),
                () ->
                    what
                        + ": the reason must name the tensor or key of the metadata that is missing or does"
                        + " not fit, found \""
                        + not.reason()
                        + "\"");
          }
        });
  }

  @Test
  void required_adapter515_namesAMissingTensor() {
    ModelAdapter adapter = create();
    Set<String> known = knownNames();
    forEachNetwork(
        network -> {
          for (String name : network.tensors().keySet()) {
            Map<String, TensorInfo> rest = new LinkedHashMap<>(network.tensors());
            rest.remove(name);
            String what = "without " + name;
            Answer answer = ask(adapter, network.withTensors(rest), network.input(), what);
            if (answer.adapted() != null) {
              requireStored(network.withTensors(rest), answer.adapted(), what);
            } else {
              assertTrue(
                  answer.refusal().contains(name)
                      || (!answer.ofTheFamily() && namesOneOf(known, answer.refusal())),
                  () ->
                      network
                          + ", "
                          + what
                          + ": the refusal must name it, found \""
                          + answer.refusal()
                          + "\"");
            }
          }
        });
  }

  @Test
  void required_adapter516_refusesOtherShapes() {
    ModelAdapter adapter = create();
    forEachNetwork(
        network ->
            network
                .tensors()
                .forEach(
                    (name, info) -> {
                      for (Shape other : otherShapes(info.shape())) {
                        Map<String, TensorInfo> changed = new LinkedHashMap<>(network.tensors());
                        changed.put(name, new TensorInfo(info.dtype(), other));
                        String what = "with " + name + " " + other + " instead of " + info.shape();
                        ExampleNetwork odd = network.withTensors(changed);
                        Answer answer = ask(adapter, odd, network.input(), what);
                        if (answer.adapted() != null) {
                          requireStored(odd, answer.adapted(), what);
                        } else {
                          requireNamed(odd, answer, what);
                        }
                      }
                    }));
  }

  @Test
  void required_adapter517_dropsNoTensorItDoesNotKnow() {
    ModelAdapter adapter = create();
    forEachNetwork(
        network -> {
          Map<String, TensorInfo> more = new LinkedHashMap<>(network.tensors());
          more.put("contract.stranger", f32(2, 3));
          String what = "with another tensor contract.stranger";
          ExampleNetwork odd = network.withTensors(more);
          Answer answer = ask(adapter, odd, network.input(), what);
          if (answer.adapted() != null) {
            requireStored(odd, answer.adapted(), what);
          } else {
            requireNamed(odd, answer, what);
          }
        });
  }

  @Test
  void required_adapter518_refusesInputsThatDoNotFit() {
    ModelAdapter adapter = create();
    forEachNetwork(
        network -> {
          for (Shape input : otherShapes(network.input())) {
            String what = "for inputs " + input + " instead of " + network.input();
            Answer answer = ask(adapter, network, input, what);
            if (answer.adapted() == null) {
              assertFalse(
                  answer.refusal().isBlank(),
                  () -> network + ", " + what + ": the refusal must say why");
            } else {
              assertTrue(
                  answer.adapted().graph().inputs().containsValue(input),
                  () -> network + ", " + what + ": adapted for another input instead");
            }
          }
        });
  }

  /** Returns shapes that hardly fit: an axis more or less, longer, shorter, and empty. */
  private static List<Shape> otherShapes(Shape shape) {
    Set<Shape> others = new LinkedHashSet<>();
    others.add(shape.prepend(1));
    others.add(shape.prepend(0));
    if (shape.rank() > 0) {
      others.add(shape.dropFirst());
      for (int axis = 0; axis < shape.rank(); axis++) {
        others.add(shape.with(axis, shape.dim(axis) + 1));
        others.add(shape.with(axis, Math.max(0, shape.dim(axis) - 1)));
        others.add(shape.with(axis, 0));
      }
      others.add(shape.with(0, Integer.MAX_VALUE));
    }
    others.remove(shape);
    return List.copyOf(others);
  }

  private Set<String> knownNames() {
    Set<String> known = new HashSet<>();
    forEachNetwork(network -> known.addAll(network.tensors().keySet()));
    return known;
  }

  private static void requireNamed(ExampleNetwork network, Answer answer, String what) {
    assertTrue(
        namesOneOf(network.tensors().keySet(), answer.refusal()),
        () ->
            network
                + ", "
                + what
                + ": the refusal must name a tensor, found \""
                + answer.refusal()
                + "\"");
  }

  /** Fails unless a network that was adapted is stored in these tensors and no others. */
  private static void requireStored(
      ExampleNetwork network, Adaptation.Adapted adapted, String what) {
    requireThere(network, adapted, ", " + what);
    requireCovered(network, adapted, ", " + what);
  }
}
