package dev.pleas.core.moments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.core.oracle.MappedSamples;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import dev.pleas.tck.reference.ReferenceBackend;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
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
  void at_withRoomForOneBatchAtTheInput_keepsOne() {
    long bytes = bytes(3, RandomNetworks.input().elements());
    try (Walker walker = new Walker(backend, graph, model.parameters(), batches, 2 * bytes - 1)) {
      for (int batch : new int[] {0, 1}) {
        try (TensorScope scratch = backend.newScope()) {
          walker.at(batch, 0, scratch);
        }
      }
      assertThat(backend.memoryBytes()).isEqualTo(bytes);
    }
  }

  /**
   * With room for all batches wherever few values are live, and for none of them where most are:
   * there they are computed from where they wait, and the data are not read again.
   */
  @Test
  void at_withoutRoomForTheWidestCut_goesOnFromTheLastThatHadRoom() {
    long[] perSample = bytesPerSample();
    long widest = Arrays.stream(perSample).max().orElseThrow();
    AtomicInteger reads = new AtomicInteger();
    try (Walker walker =
        new Walker(backend, graph, model.parameters(), counted(reads), widest - 1)) {
      for (int cut = 0; cut < perSample.length; cut++) {
        Tensor any;
        try (TensorScope scratch = backend.newScope()) {
          any = walker.at(0, cut, scratch).values().iterator().next();
        }
        boolean kept = perSample[cut] < widest;
        assertThat(catchThrowable(any::toHost) == null).as("kept at cut %s", cut).isEqualTo(kept);
      }
    }
    assertThat(reads).hasValue(1);
  }

  @Test
  void at_withoutRoomAtAll_readsAgainAtEachCut() {
    AtomicInteger reads = new AtomicInteger();
    try (Walker walker = new Walker(backend, graph, model.parameters(), counted(reads), 0)) {
      for (int cut = 0; cut < 5; cut++) {
        try (TensorScope scratch = backend.newScope()) {
          walker.at(0, cut, scratch);
        }
      }
    }
    assertThat(reads).hasValue(5);
    assertThat(backend.memoryBytes()).isZero();
  }

  /** What is live at each cut takes, by a walk that keeps everything. */
  private long[] bytesPerSample() {
    long[] bytes = new long[graph.nodes().size() + 1];
    Batches one = new Batches(new RandomSamples(1, 1, RandomNetworks.input()), 1);
    try (Walker walker = new Walker(backend, graph, model.parameters(), one, Long.MAX_VALUE);
        TensorScope scratch = backend.newScope()) {
      for (int cut = 0; cut < bytes.length; cut++) {
        bytes[cut] =
            walker.at(0, cut, scratch).values().stream()
                .mapToLong(tensor -> bytes(1, tensor.shape().elements()))
                .sum();
      }
    }
    return bytes;
  }

  private static long bytes(int samples, long elements) {
    return samples * elements * Float.BYTES;
  }

  /** One batch of one sample, whose reads are counted. */
  private static Batches counted(AtomicInteger reads) {
    RandomSamples sample = new RandomSamples(1, 1, RandomNetworks.input());
    return new Batches(
        new MappedSamples(
            sample,
            batch -> {
              reads.incrementAndGet();
              return batch;
            }),
        1);
  }
}
