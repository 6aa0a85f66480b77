package dev.pleas.core.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.core.symmetry.Permuted;
import dev.pleas.core.symmetry.Symmetry;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What units are matched by, as a person sets it. */
class AlignmentSettingsTest {
  private final RandomSamples samples = new RandomSamples(5, 30, RandomNetworks.input());
  private final Model a = RandomNetworks.weights(RandomNetworks.resNet(5, 4), 6, samples);

  @ParameterizedTest
  @ValueSource(strings = {"activations", "weights", "both"})
  void merge_withACopyInAnotherOrder_isTheNetworkByAnyEvidence(String alignment) {
    PermutationSpec spec = Symmetry.derive(a.graph());
    Model copy = Permuted.apply(a, spec, Permuted.random(spec, new SplittableRandom(1)));

    Model merged =
        Merging.merge(
                a, copy, samples, "alignment", alignment, "refit", "none", "normalization", "none")
            .model();

    Plain logits = PlainNetwork.logits(a, samples);
    // The mean of two equal float32 weights is the weight.
    assertThat(PlainNetwork.logits(merged, samples).distance(logits) / logits.largest())
        .isLessThan(1e-12);
  }

  @Test
  void merge_otherAlignments_areReportedAndDiffer() {
    Model b = RandomNetworks.weights(a.graph(), 7, samples);

    var activations = Merging.merge(a, b, samples, "alignment", "activations").report();
    var weights = Merging.merge(a, b, samples, "alignment", "weights").report();

    assertThat(weights.settings()).containsEntry("alignment", "weights");
    assertThat(weights.groups())
        .extracting(group -> group.sources())
        .isNotEqualTo(activations.groups().stream().map(group -> group.sources()).toList());
    assertThat(weights.groups())
        .allSatisfy(
            group ->
                assertThat(group.similarityAfter())
                    .isGreaterThanOrEqualTo(group.similarityBefore() - 1e-6));
  }

  @Test
  void merge_wrongSettings_areRefusedWithWhatThereIs() {
    assertThatThrownBy(() -> Merging.merge(a, a, samples, "alignment", "luck"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("alignment: expected one of activations, weights, both, found \"luck\"");
    assertThatThrownBy(() -> Merging.merge(a, a, samples, "weight-share", "2"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("weight-share: expected a number from 0 to 1, found \"2\"");
  }
}
