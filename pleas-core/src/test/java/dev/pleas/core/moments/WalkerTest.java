package dev.pleas.core.moments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import dev.pleas.tck.reference.ReferenceBackend;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WalkerTest {
  /** Some 40 float32 operations deep, relative to the largest value. */
  private static final double TOLERANCE = 1e-5;

  @AutoClose private final TensorBackend backend = new ReferenceBackend();
  private final RandomSamples samples = new RandomSamples(1, 7, RandomNetworks.input());
  private final Batches batches = new Batches(samples, 3);
  private final Graph graph = RandomNetworks.resNet(4, 4);
  private final Model model = RandomNetworks.weights(graph, 2, samples);

  @Test
  void batches_coverTheDataOnce() {
    assertThat(batches.count()).isEqualTo(3);
    assertThat(batches.sizeOf(0)).isEqualTo(3);
    assertThat(batches.sizeOf(2)).isEqualTo(1);
    assertThat(new Batches(samples, 100).count()).isEqualTo(1);
    assertThat(new Batches(samples, 100).sizeOf(0)).isEqualTo(7);
  }

  /** With room for nothing, for one batch of this network, and for all of them. */
  @ParameterizedTest
  @ValueSource(longs = {0, 20_000, Long.MAX_VALUE})
  void value_atEveryCut_isThatOfAPlainRun(long memory) {
    Map<String, HostTensor> parameters = new LinkedHashMap<>(model.parameters());
    try (Walker walker = new Walker(backend, graph, parameters, batches, memory)) {
      walk(walker, model, parameters, false);
    }
    assertThat(backend.memoryBytes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 20_000, Long.MAX_VALUE})
  void value_afterWeightsAheadChanged_usesTheNewOnes(long memory) {
    Model other = RandomNetworks.weights(graph, 3, samples);
    Map<String, HostTensor> parameters = new LinkedHashMap<>(model.parameters());
    try (Walker walker = new Walker(backend, graph, parameters, batches, memory)) {
      walk(walker, other, parameters, true);
    }
    assertThat(parameters).isEqualTo(other.parameters());
    assertThat(backend.memoryBytes()).isZero();
  }

  /**
   * Asks for the input of each node just before it, and for its result just after, of every batch.
   *
   * @param changes whether each node's weights become the expected network's only when the walker
   *     stands before it
   */
  private void walk(
      Walker walker, Model expected, Map<String, HostTensor> parameters, boolean changes) {
    Map<String, Plain> values = PlainNetwork.values(expected, samples);
    for (int cut = 0; cut < graph.nodes().size(); cut++) {
      Node node = graph.nodes().get(cut);
      for (int batch = 0; batch < batches.count(); batch++) {
        for (String input : node.inputs()) {
          assertValue(walker, batch, cut, input, values.get(input));
        }
      }
      if (changes) {
        node.op().parameters().forEach(p -> parameters.put(p, expected.parameter(p)));
      }
      for (int batch = 0; batch < batches.count(); batch++) {
        assertValue(walker, batch, cut + 1, node.name(), values.get(node.name()));
      }
    }
  }

  private void assertValue(Walker walker, int batch, int cut, String value, Plain all) {
    try (TensorScope scratch = backend.newScope()) {
      Plain found = Plain.of(walker.value(batch, cut, value, scratch).toHost());
      int[] own = new int[batches.sizeOf(batch)];
      for (int i = 0; i < own.length; i++) {
        own[i] = batch * batches.size() + i;
      }
      Plain expected = all.gather(0, own);
      assertThat(found.shape()).isEqualTo(expected.shape());
      assertThat(found.distance(expected) / all.largest()).as(value).isLessThan(TOLERANCE);
    }
  }

  @Test
  void value_skippingCuts_isThatOfAPlainRun() {
    Map<String, Plain> values = PlainNetwork.values(model, samples);
    int last = graph.nodes().size();
    try (Walker walker = new Walker(backend, graph, model.parameters(), batches, Long.MAX_VALUE)) {
      assertValue(
          walker, 0, 4, graph.nodes().get(3).name(), values.get(graph.nodes().get(3).name()));
      assertValue(walker, 0, last, "fc", values.get("fc"));
      assertValue(walker, 2, last, "fc", values.get("fc"));
    }
    assertThat(backend.memoryBytes()).isZero();
  }

  @Test
  void value_thatIsNotLive_isRefused() {
    try (Walker walker = new Walker(backend, graph, new HashMap<>(model.parameters()), batches, 0);
        TensorScope scratch = backend.newScope()) {
      assertThatThrownBy(() -> walker.value(0, 1, "fc", scratch))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("fc is not live before node 1");
    }
  }

  @Test
  void at_withRoomForOneBatch_keepsNoMore() {
    // The most that any cut of one batch of 3 samples needs, and a byte less than twice that.
    long most = 0;
    for (int cut = 0; cut <= graph.nodes().size(); cut++) {
      try (TensorBackend counted = new ReferenceBackend();
          Walker walker = new Walker(counted, graph, model.parameters(), batches, Long.MAX_VALUE);
          TensorScope scratch = counted.newScope()) {
        long bytes =
            walker.at(0, cut, scratch).values().stream()
                .mapToLong(tensor -> 4 * tensor.shape().elements())
                .sum();
        most = Math.max(most, bytes);
      }
    }
    try (Walker walker = new Walker(backend, graph, model.parameters(), batches, 2 * most - 1)) {
      for (int batch = 0; batch < batches.count(); batch++) {
        try (TensorScope scratch = backend.newScope()) {
          walker.at(batch, 0, scratch);
        }
      }
      // At the first cut only inputs are live; those of one batch stay.
      assertThat(backend.memoryBytes()).isEqualTo(4 * 3 * RandomNetworks.input().elements());
    }
  }
}
