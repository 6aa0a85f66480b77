package dev.pleas.core.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.model.Model;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import dev.pleas.tck.reference.ReferenceBackend;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a merge is computed does not change what comes out. */
class InvarianceLawsTest {
  private static final int SAMPLES = 30;

  /**
   * Products of a batch are added in float32 (6e-8 each, relative), so moments of other batches
   * differ by about 1e-7 and weights by that times the condition of their system. Measured 1.3e-4.
   */
  private static final double TOLERANCE = 2e-3;

  private final RandomSamples samples = new RandomSamples(5, SAMPLES, RandomNetworks.input());
  private final Graph graph = RandomNetworks.resNet(5, 4);
  private final Model a = RandomNetworks.weights(graph, 6, samples);
  private final Model b = RandomNetworks.weights(graph, 7, samples);

  @ParameterizedTest
  @ValueSource(strings = {"merged", "sources", "none"})
  void merge_twice_givesTheSameBits(String refit) {
    MergeResult first = merge("refit", refit, "rows-per-column", "2");
    MergeResult second = merge("refit", refit, "rows-per-column", "2");

    assertSameBits(first.model(), second.model());
    assertThat(second.report().groups()).isEqualTo(first.report().groups());
    assertThat(second.report().layers()).isEqualTo(first.report().layers());
    assertThat(second.report().settings()).isEqualTo(first.report().settings());
  }

  @ParameterizedTest
  @ValueSource(strings = {"merged", "sources"})
  void merge_withoutMemoryForActivations_givesTheSameBits(String refit) {
    // A ridge of 0.01 bounds the condition of every system by 100 times its width, so that float32
    // rounding of the features stays far below the tolerance in the weights.
    String[] keep = {"refit", refit, "budget", "1.3", "batch-size", "7", "ridge", "0.01"};
    String[] recompute = Arrays.copyOf(keep, keep.length + 2);
    recompute[keep.length] = "activation-memory-mib";
    recompute[keep.length + 1] = "0";
    try (TensorBackend naive = new ReferenceBackend()) {
      MergeResult kept = Merging.merge(naive, a, b, samples, keep);
      MergeResult recomputed = Merging.merge(naive, a, b, samples, recompute);

      assertSameBits(recomputed.model(), kept.model());
      assertThat(recomputed.report().layers()).isEqualTo(kept.report().layers());
    }
    // A backend may fuse operations, and what it can fuse depends on where a run begins and ends:
    // folding a batch normalization into a convolution moves the result by its rounding.
    assertClose(
        Merging.merge(a, b, samples, recompute).model(),
        Merging.merge(a, b, samples, keep).model());
  }

  @Test
  void merge_inBatchesOfAnySize_agreesWithinRounding() {
    MergeResult whole = merge("batch-size", Integer.toString(SAMPLES));
    for (String size : new String[] {"1", "7", "1000"}) {
      MergeResult parts = merge("batch-size", size);

      assertThat(parts.report().groups())
          .extracting("sources")
          .isEqualTo(whole.report().groups().stream().map(g -> g.sources()).toList());
      assertClose(parts.model(), whole.model());
    }
  }

  @Test
  void merge_onTheNaiveBackend_agreesWithinRounding() {
    MergeResult found = merge();
    try (TensorBackend naive = new ReferenceBackend()) {
      MergeResult expected = Merging.merge(naive, a, b, samples, "budget", "1.3");

      assertThat(found.report().groups())
          .extracting("sources")
          .isEqualTo(expected.report().groups().stream().map(g -> g.sources()).toList());
      assertClose(found.model(), expected.model());
      assertThat(naive.memoryBytes()).isZero();
    }
  }

  @Test
  void merge_done_leavesNoMemoryOnTheBackend() {
    try (TensorBackend backend = Merging.backend()) {
      long before = backend.memoryBytes();
      Merging.merge(backend, a, b, samples, "budget", "1.3", "batch-size", "7");

      assertThat(backend.memoryBytes()).isEqualTo(before);
    }
  }

  private MergeResult merge(String... settings) {
    String[] all = new String[settings.length + 2];
    System.arraycopy(settings, 0, all, 0, settings.length);
    all[settings.length] = "budget";
    all[settings.length + 1] = "1.3";
    return Merging.merge(a, b, samples, all);
  }

  private static void assertSameBits(Model found, Model expected) {
    assertThat(found.parameters().keySet()).isEqualTo(expected.parameters().keySet());
    expected
        .parameters()
        .forEach(
            (name, tensor) ->
                assertThat(found.parameter(name).values()).as(name).isEqualTo(tensor.values()));
  }

  private void assertClose(Model found, Model expected) {
    Plain logits = PlainNetwork.logits(expected, samples);
    double apart = PlainNetwork.logits(found, samples).distance(logits) / logits.largest();
    assertThat(apart).isLessThan(TOLERANCE);
  }
}
