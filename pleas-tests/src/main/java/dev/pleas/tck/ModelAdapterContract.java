package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.ModelAdapter;
import dev.pleas.api.model.ParameterLayout;
import dev.pleas.api.model.ParameterLayout.Packed;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What every model adapter keeps: rules {@code adapter501} and on of {@code docs/spi.md}, and those
 * of {@link ProviderContract}. The author extends it and shows networks of the adapter's family:
 *
 * <pre>{@code
 * class PerceptronAdapterTest extends ModelAdapterContract {
 *   @Override
 *   protected ModelAdapterProvider provider() {
 *     return new PerceptronProvider();
 *   }
 *
 *   @Override
 *   protected List<ExampleNetwork> networks() {
 *     return List.of(new ExampleNetwork("mlp", tensors(784, 32, 10), Map.of(), Shape.of(784)));
 *   }
 * }
 * }</pre>
 *
 * <p>Each tensor of each network is taken away and given other shapes, so a network of a few dozen
 * tensors is large enough.
 */
public abstract class ModelAdapterContract extends AdapterRefusalRules {
  /** For subclasses. */
  protected ModelAdapterContract() {}

  @Test
  void required_adapter501_recognizesItsNetworks() {
    ModelAdapter adapter = create();
    forEachNetwork(network -> adapt(adapter, network));
  }

  @Test
  void required_adapter502_parametersAreStoredInTensorsOfTheCheckpoint() {
    ModelAdapter adapter = create();
    forEachNetwork(network -> requireThere(network, adapt(adapter, network), ""));
  }

  @Test
  void required_adapter503_losesNoTensor() {
    ModelAdapter adapter = create();
    forEachNetwork(network -> requireCovered(network, adapt(adapter, network), ""));
  }

  @Test
  void required_adapter504_passengersAreOtherTensors() {
    ModelAdapter adapter = create();
    forEachNetwork(
        network -> {
          Adaptation.Adapted adapted = adapt(adapter, network);
          Set<String> stored = stored(network, adapted).keySet();
          for (String passenger : adapted.passengers()) {
            assertTrue(
                network.tensors().containsKey(passenger),
                () -> network + ": passenger " + passenger + " is no tensor of the checkpoint");
            assertFalse(
                stored.contains(passenger),
                () -> network + ": " + passenger + " stores parameters, and is a passenger too");
          }
        });
  }

  @Test
  void required_adapter505_takesTheInputItIsGiven() {
    ModelAdapter adapter = create();
    forEachNetwork(
        network ->
            assertEquals(
                List.of(network.input()),
                List.copyOf(adapt(adapter, network).graph().inputs().values()),
                () -> network + ": shapes of the graph's only input, given and found"));
  }

  @Test
  void required_adapter506_hasAUsualInput() {
    ModelAdapter adapter = create();
    forEachNetwork(
        network -> {
          Adaptation.Adapted usual = adapt(adapter, network, null);
          assertEquals(1, usual.graph().inputs().size(), () -> network + ": inputs of the graph");
          Shape input = usual.graph().inputs().values().iterator().next();
          assertEquals(
              network(usual),
              network(adapt(adapter, network, input)),
              () ->
                  network + ": adapted without an input, and for " + input + ", which that meant");
        });
  }

  @Test
  void required_adapter507_hasANameAndAnOutput() {
    ModelAdapter adapter = create();
    forEachNetwork(
        network -> {
          Graph graph = adapt(adapter, network).graph();
          assertFalse(
              graph.architecture().isBlank(), () -> network + ": the architecture has no name");
          assertFalse(graph.outputs().isEmpty(), () -> network + ": the graph has no output");
        });
  }

  @Test
  void required_adapter508_adaptsAlikeEveryTime() {
    ModelAdapter adapter = create();
    forEachNetwork(
        network -> {
          Adaptation.Adapted first = adapt(adapter, network);
          for (ModelAdapter again : List.of(adapter, create())) {
            Adaptation.Adapted second = adapt(again, network);
            assertEquals(function(first), function(second), () -> network + ": adapted twice");
            assertEquals(
                first.graph().nodes(),
                second.graph().nodes(),
                () -> network + ": order of the nodes when adapted twice");
          }
        });
  }

  @Test
  void required_adapter509_theOrderOfTensorsDoesNotMatter() {
    ModelAdapter adapter = create();
    forEachNetwork(
        network -> {
          List<Object> expected = function(adapt(adapter, network));
          for (int seed = 0; seed < 5; seed++) {
            List<String> names = new ArrayList<>(network.tensors().keySet());
            Collections.shuffle(names, new Random(seed));
            Map<String, TensorInfo> shuffled = new LinkedHashMap<>();
            names.forEach(name -> shuffled.put(name, network.tensors().get(name)));
            assertEquals(
                expected,
                function(adapt(adapter, network.withTensors(shuffled))),
                () -> network + ": adapted with its tensors in another order");
          }
        });
  }

  @Test
  void required_adapter510_metadataOfOthersDoesNotMatter() {
    ModelAdapter adapter = create();
    forEachNetwork(
        network -> {
          Map<String, String> more = new LinkedHashMap<>(network.metadata());
          more.put("format", "pt");
          more.put("contract.stranger", "{\"input\": [1, 2, 3]}");
          ExampleNetwork described =
              new ExampleNetwork(network.name(), network.tensors(), more, network.input());
          assertEquals(
              function(adapt(adapter, network)),
              function(adapt(adapter, described)),
              () -> network + ": adapted with more metadata, which is not the adapter's");
        });
  }

  @Test
  void required_adapter511_leavesItsArgumentsAlone() {
    ModelAdapter adapter = create();
    forEachNetwork(
        network -> {
          Map<String, TensorInfo> tensors = new HashMap<>(network.tensors());
          Map<String, String> metadata = new HashMap<>(network.metadata());
          adapter.adapt(tensors, metadata, network.input());
          assertEquals(
              network.tensors(), tensors, () -> network + ": the map of tensors after adapt");
          assertEquals(
              network.metadata(), metadata, () -> network + ": the map of metadata after adapt");
        });
  }

  @Test
  void required_adapter512_severalThreadsAdaptAtOnce() throws InterruptedException {
    ModelAdapter adapter = create();
    List<ExampleNetwork> networks = networks();
    List<List<Object>> expected = networks.stream().map(n -> function(adapt(create(), n))).toList();
    Parallel.run(
        thread -> {
          for (int i = 0; i < 5 * networks.size(); i++) {
            int which = (i + thread) % networks.size();
            assertEquals(
                expected.get(which),
                function(adapt(adapter, networks.get(which))),
                () -> networks.get(which) + ": adapted alone, and with others");
          }
        });
  }

  @Test
  void required_adapter519_layoutUnpacksWhatItPacks() {
    ModelAdapter adapter = create();
    forEachNetwork(
        network -> {
          Adaptation.Adapted adapted = adapt(adapter, network);
          stored(network, adapted); // refuses layouts of other parameters
          adapted.layout().packed().forEach(one -> requireUnpacked(network, adapted, one));
        });
  }

  /** Packs values into one tensor and takes them out again: large networks do not fit at once. */
  private static void requireUnpacked(
      ExampleNetwork network, Adaptation.Adapted adapted, Packed one) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    Map<String, HostTensor> values = new HashMap<>();
    for (String name : one.parameters()) {
      shapes.put(name, adapted.graph().parameterShape(name));
      values.put(name, Numbers.distinct(adapted.graph().parameterShape(name), name.hashCode()));
    }
    HostTensor packed = adapted.layout().pack(one.tensor(), name -> value(values, name));
    TensorInfo info = network.tensors().get(one.tensor());
    assertEquals(
        info == null ? "no such tensor" : info.shape().toString(),
        packed.shape().toString(),
        () -> network + ": shape of " + one.tensor() + ", in the checkpoint and as it is packed");
    new ParameterLayout(List.of(one))
        .unpack(shapes, name -> packed)
        .forEach(
            (name, unpacked) ->
                TensorRules.assertBits(
                    network + ": " + name + " unpacked from " + one.tensor(),
                    value(values, name),
                    unpacked));
  }

  private static HostTensor value(Map<String, HostTensor> values, String name) {
    return Objects.requireNonNull(values.get(name), name);
  }
}
