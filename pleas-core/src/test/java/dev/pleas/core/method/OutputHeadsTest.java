package dev.pleas.core.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.merge.LabelSpaces;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OutputHeadsTest {
  /** Classes 2 and 3 of a are classes 1 and 0 of b. */
  private static final LabelSpaces OVERLAPPING =
      new LabelSpaces(List.of(List.of("ant", "bee", "cat", "dog"), List.of("dog", "cat", "eel")));

  private final RandomSamples samples = new RandomSamples(1, 24, RandomNetworks.input());
  private final Model a = RandomNetworks.weights(RandomNetworks.resNet(1, 4), 1, samples);
  private final Model b = RandomNetworks.weights(RandomNetworks.resNet(1, 3), 2, samples);

  private MergeResult merge(Model other, @Nullable LabelSpaces labels, String... settings) {
    try (TensorBackend backend = Merging.backend()) {
      return new PleasMethod()
          .merge(
              new MergeRequest(
                  List.of(a, other),
                  List.of("a", "b"),
                  labels,
                  samples,
                  null,
                  Merging.settings(settings),
                  1,
                  Merging.tools(backend),
                  Progress.NONE));
    }
  }

  @Test
  void merge_overlappingClassesWithEverythingApart_averagesWhatBothKnow() {
    MergeResult merged = merge(b, OVERLAPPING, "budget", "2");

    assertThat(merged.report().settings()).containsEntry("heads", "union");
    Plain ofA = PlainNetwork.logits(a, samples);
    Plain ofB = PlainNetwork.logits(b, samples);
    Plain found = PlainNetwork.outputs(merged.model(), samples).get("logits");
    assertThat(found.dim(1)).isEqualTo(5);
    for (int n = 0; n < samples.count(); n++) {
      double[] expected = {
        ofA.get(n, 0, 0),
        ofA.get(n, 1, 0),
        (ofA.get(n, 2, 0) + ofB.get(n, 1, 0)) / 2,
        (ofA.get(n, 3, 0) + ofB.get(n, 0, 0)) / 2,
        ofB.get(n, 2, 0)
      };
      for (int c = 0; c < expected.length; c++) {
        // Biases of merged classes are rounded to float32 once more.
        assertThat(Math.abs(found.get(n, c, 0) - expected[c])).isLessThan(1e-6);
      }
    }
  }

  @Test
  void merge_overlappingClassesPartly_zeroesWhatOtherSourcesFeed() {
    MergeResult merged = merge(b, OVERLAPPING, "budget", "1.5");

    Plain weight = Plain.of(merged.model().parameter("fc.weight"));
    int apart = merged.report().groups().stream().mapToInt(g -> g.size() - g.merged()).sum();
    assertThat(apart).isPositive();
    int width = weight.dim(1);
    int own = weight.dim(1) - a.parameter("fc.weight").shape().dim(1);
    for (int k = 0; k < own; k++) {
      assertThat(weight.get(0, width - 1 - k, 0)).as("a's class on b's units").isZero();
      assertThat(weight.get(4, width - 1 - own - k, 0)).as("b's class on a's units").isZero();
      assertThat(weight.get(2, width - 1 - k, 0)).as("both's class").isNotZero();
    }
  }

  @Test
  void merge_sameClassesInAnotherOrder_isTheSameAsThatOrder() {
    Model shuffled = RandomNetworks.weights(RandomNetworks.resNet(1, 4), 2, samples);
    LabelSpaces labels =
        new LabelSpaces(List.of(List.of("p", "q", "r", "s"), List.of("s", "p", "q", "r")));

    MergeResult merged = merge(shuffled, labels, "budget", "2");

    Plain mean =
        PlainNetwork.logits(a, samples)
            .plus(PlainNetwork.logits(shuffled, samples).gather(1, new int[] {1, 2, 3, 0}))
            .times(0.5);
    assertThat(PlainNetwork.logits(merged.model(), samples).distance(mean)).isLessThan(1e-6);
  }

  @Test
  void merge_identicalClasses_isShared() {
    Model other = RandomNetworks.weights(RandomNetworks.resNet(1, 4), 2, samples);
    List<String> classes = List.of("p", "q", "r", "s");

    MergeResult merged = merge(other, new LabelSpaces(List.of(classes, classes)));

    assertThat(merged.report().settings()).containsEntry("heads", "shared");
    assertThat(merged.report().notes()).noneMatch(note -> note.startsWith("heads:"));
  }

  @Test
  void merge_separateInSpiteOfLabels_keepsBothHeads() {
    Map<String, Plain> outputs =
        PlainNetwork.outputs(merge(b, OVERLAPPING, "heads", "separate").model(), samples);

    assertThat(outputs).containsOnlyKeys("a", "b");
  }

  @Test
  void merge_unionWithoutLabels_asksForThem() {
    assertThatThrownBy(() -> merge(b, null, "heads", "union"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("heads = union needs to know which classes are the same; give a label map");
  }

  @Test
  void merge_sharedAgainstTheLabels_suggestsUnion() {
    Model other = RandomNetworks.weights(RandomNetworks.resNet(1, 4), 2, samples);
    LabelSpaces labels =
        new LabelSpaces(List.of(List.of("p", "q", "r", "s"), List.of("s", "p", "q", "r")));

    assertThatThrownBy(() -> merge(other, labels, "heads", "shared"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("the label map says otherwise; use heads = union");
  }
}
