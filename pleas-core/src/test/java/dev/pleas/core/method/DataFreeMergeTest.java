package dev.pleas.core.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.data.Samples;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.core.oracle.Family;
import dev.pleas.core.oracle.MappedSamples;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.core.symmetry.Permuted;
import dev.pleas.core.symmetry.Symmetry;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class DataFreeMergeTest {
  /** Nothing of the random images may be left in what is computed on others. */
  @Property(tries = 4)
  void merge_withItselfPermuted_computesTheSame(
      @ForAll @IntRange(max = 10_000) int seed, @ForAll Family family) {
    RandomSamples samples = family.samples(seed, 40);
    Model a = family.weights(family.graph(seed, 4), seed, samples);
    PermutationSpec spec = Symmetry.derive(a.graph());
    Model b = Permuted.apply(a, spec, Permuted.random(spec, new SplittableRandom(seed)));

    MergeResult merged = Merging.merge(a, b, null, "data-free", "true");

    Plain logits = PlainNetwork.logits(a, samples);
    assertThat(PlainNetwork.logits(merged.model(), samples).distance(logits) / logits.largest())
        .isLessThan(1e-2);
  }

  /** On any images: what they are like may not be left in the result. */
  @Property(tries = 2)
  void merge_transferringFromOtherImages_computesTheSame(@ForAll @IntRange(max = 10_000) int seed) {
    RandomSamples samples = new RandomSamples(seed, 40, RandomNetworks.input());
    Model a = RandomNetworks.weights(RandomNetworks.resNet(seed, 4), seed, samples);
    Samples darker =
        new MappedSamples(
            new RandomSamples(seed + 1, 200, RandomNetworks.input()), DataFreeMergeTest::darker);

    MergeResult merged = Merging.merge(a, a, darker, "normalization", "transfer");
    MergeResult naive = Merging.merge(a, a, darker, "normalization", "recalibrate");

    assertThat(merged.report().settings()).containsEntry("refit", "sources");
    Plain logits = PlainNetwork.logits(a, samples);
    assertThat(PlainNetwork.logits(merged.model(), samples).distance(logits) / logits.largest())
        .isLessThan(1e-2);
    assertThat(PlainNetwork.logits(naive.model(), samples).distance(logits) / logits.largest())
        .isGreaterThan(0.05);
  }

  private static HostTensor darker(HostTensor batch) {
    float[] values = batch.values().clone();
    for (int k = 0; k < values.length; k++) {
      values[k] = 0.2f * values[k] + 3;
    }
    return HostTensor.wrap(batch.shape(), values);
  }

  @Example
  void merge_withTwiceTheBudget_isTheEnsemble() {
    RandomSamples samples = new RandomSamples(3, 20, RandomNetworks.input());
    Model a = RandomNetworks.weights(RandomNetworks.resNet(3, 4), 3, samples);
    Model b = RandomNetworks.weights(RandomNetworks.resNet(3, 4), 4, samples);

    MergeResult merged = Merging.merge(a, b, null, "data-free", "true", "budget", "2");

    Plain mean = PlainNetwork.logits(a, samples).plus(PlainNetwork.logits(b, samples)).times(0.5);
    assertThat(PlainNetwork.logits(merged.model(), samples).distance(mean) / mean.largest())
        .isLessThan(1e-6);
  }

  @Example
  void merge_withData_isRefused() {
    RandomSamples samples = new RandomSamples(3, 20, RandomNetworks.input());
    Model a = RandomNetworks.weights(RandomNetworks.resNet(3, 4), 3, samples);

    assertThatThrownBy(() -> Merging.merge(a, a, samples, "data-free", "true"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("data-free = true uses no data, and there is some; leave one of the two away");
  }
}
