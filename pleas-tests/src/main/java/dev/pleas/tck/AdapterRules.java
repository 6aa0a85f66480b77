package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.ModelAdapter;
import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the rules of a model adapter work with. */
abstract class AdapterRules extends ProviderContract<ModelAdapter, ModelAdapterProvider> {
  /**
   * Returns networks of the adapter's family, at least one. They should be small, and differ in
   * what the adapter tells apart: depth, kinds of blocks, heads.
   */
  protected abstract List<ExampleNetwork> networks();

  /**
   * What an adapter says of a network.
   *
   * @param adapted the network, or null
   * @param ofTheFamily whether the adapter recognised it
   * @param refusal in words why not
   */
  record Answer(Adaptation.@Nullable Adapted adapted, boolean ofTheFamily, String refusal) {}

  final void forEachNetwork(Consumer<ExampleNetwork> rule) {
    assertFalse(networks().isEmpty(), "networks() must return at least one network");
    networks().forEach(rule);
  }

  /** Adapts a network that must be recognised. */
  static Adaptation.Adapted adapt(ModelAdapter adapter, ExampleNetwork network) {
    return adapt(adapter, network, network.input());
  }

  static Adaptation.Adapted adapt(
      ModelAdapter adapter, ExampleNetwork network, @Nullable Shape input) {
    Adaptation adaptation;
    try {
      adaptation = adapter.adapt(network.tensors(), network.metadata(), input);
    } catch (RuntimeException e) {
      throw new AssertionError(network + ": must be recognised, but adapt threw " + e, e);
    }
    if (adaptation instanceof Adaptation.Adapted adapted) {
      return adapted;
    }
    throw new AssertionError(network + ": must be recognised, found " + adaptation);
  }

  /** Shows an adapter a network that it may refuse, in one of the two ways there are. */
  static Answer ask(
      ModelAdapter adapter, ExampleNetwork network, @Nullable Shape input, String what) {
    try {
      Adaptation adaptation = adapter.adapt(network.tensors(), network.metadata(), input);
      if (adaptation instanceof Adaptation.Adapted adapted) {
        return new Answer(adapted, true, "");
      } else if (adaptation instanceof Adaptation.NotRecognized not) {
        return new Answer(null, false, not.reason());
      }
    } catch (ModelException e) {
      return new Answer(null, true, String.valueOf(e.getMessage()));
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      throw new AssertionError(
          network
              + ", "
              + what
              + ": expected Adapted, NotRecognized or a ModelException, found "
              + e,
          e);
    }
    throw new AssertionError(network + ", " + what + ": adapt returned null");
  }

  /**
   * Returns what makes two adaptations the same: the network and how it is stored, whatever the
   * order of their parts, and what a person is told.
   */
  static List<Object> function(Adaptation.Adapted adapted) {
    return List.of(network(adapted), adapted.notes());
  }

  /** The same, but for what a person is told. */
  static List<Object> network(Adaptation.Adapted adapted) {
    Graph graph = adapted.graph();
    Set<Node> nodes = new HashSet<>(graph.nodes());
    return List.of(
        graph.architecture(),
        graph.inputs(),
        nodes,
        graph.outputs(),
        graph.parameters(),
        Set.copyOf(adapted.layout().packed()),
        adapted.passengers());
  }

  /** Returns the shapes of the tensors that the parameters are stored in, by the layout. */
  static Map<String, Shape> stored(ExampleNetwork network, Adaptation.Adapted adapted) {
    try {
      return adapted.layout().tensors(adapted.graph().parameters());
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new AssertionError(
          network + ": the layout does not fit the graph's parameters: " + e.getMessage(), e);
    }
  }

  /** Fails unless every tensor that stores parameters is there, with the shape that it has. */
  static void requireThere(ExampleNetwork network, Adaptation.Adapted adapted, String what) {
    stored(network, adapted)
        .forEach(
            (name, shape) -> {
              @Nullable TensorInfo info = network.tensors().get(name);
              assertEquals(
                  info == null ? "no such tensor" : info.shape().toString(),
                  shape.toString(),
                  () ->
                      network
                          + what
                          + ": tensor "
                          + name
                          + ", in the checkpoint and as the layout has it");
            });
  }

  /** Fails unless every tensor stores parameters, in its shape, or is a passenger. */
  static void requireCovered(ExampleNetwork network, Adaptation.Adapted adapted, String what) {
    Map<String, Shape> stored = stored(network, adapted);
    network
        .tensors()
        .forEach(
            (name, info) -> {
              @Nullable Shape shape = stored.get(name);
              assertTrue(
                  adapted.passengers().contains(name)
                      || (shape != null && shape.equals(info.shape())),
                  () ->
                      network
                          + what
                          + ": "
                          + name
                          + " "
                          + info.shape()
                          + " neither stores parameters in this shape nor is a passenger, and"
                          + " would be lost");
            });
  }

  /** Returns whether a text has one of these names in it. */
  static boolean namesOneOf(Set<String> names, String text) {
    return names.stream().anyMatch(text::contains);
  }

  static TensorInfo f32(int... dims) {
    return new TensorInfo(DType.F32, Shape.of(dims));
  }

  /** Checkpoints that are of no family. */
  static final Map<String, Map<String, TensorInfo>> STRANGERS =
      Map.of(
          "a checkpoint without tensors",
          Map.of(),
          "a checkpoint with one tensor of no network",
          Map.of("contract.stranger", f32(2, 3)),
          "a checkpoint with tensors of no network",
          Map.of(
              "contract.0.kernel",
              f32(8, 3, 3, 3),
              "contract.0.offset",
              f32(8),
              "contract.1.kernel",
              f32(10, 8),
              "contract.step",
              f32()));
}
