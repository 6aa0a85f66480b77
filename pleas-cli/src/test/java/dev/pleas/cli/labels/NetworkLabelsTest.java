package dev.pleas.cli.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.ConfigurationException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NetworkLabelsTest {
  private static final Map<String, List<String>> TASKS = new LinkedHashMap<>();

  static {
    TASKS.put("z", List.of("cat", "dog"));
    TASKS.put("y", List.of("dog", "owl", "fox"));
    TASKS.put("x", List.of("cat"));
  }

  @Test
  void ofMerged_separateHeads_haveTheirSourcesClasses() {
    Map<String, Integer> heads = new LinkedHashMap<>();
    heads.put("x", 1);
    heads.put("z", 2);
    heads.put("y", 3);
    NetworkLabels labels = NetworkLabels.ofMerged(Heads.graph(heads), TASKS);
    assertThat(labels.of("y")).containsExactly("dog", "owl", "fox");
    assertThat(labels.of("x")).containsExactly("cat");
    assertThat(labels.union())
        .as("in the order of the sources")
        .containsExactly("cat", "dog", "owl", "fox");
    assertThat(labels.tasks()).isEqualTo(labels.outputs());
  }

  @Test
  void ofMerged_oneOutput_hasTheUnion() {
    NetworkLabels labels = NetworkLabels.ofMerged(Heads.graph("logits", 4), TASKS);
    assertThat(labels.outputs()).isEqualTo(Map.of("logits", List.of("cat", "dog", "owl", "fox")));
    assertThat(labels.tasks()).containsEntry("x", List.of("cat"));
  }

  @Test
  void ofMerged_otherOutputs_isUnknown() {
    assertThat(NetworkLabels.ofMerged(Heads.graph("logits", 3), TASKS)).isNull();
    assertThat(NetworkLabels.ofMerged(Heads.graph(Map.of("z", 2, "w", 3)), TASKS)).isNull();
  }

  @Test
  void of_mapByOutput_isChecked() {
    LabelMap map = new LabelMap("m", Map.of("logits", List.of("a", "b")));
    assertThat(NetworkLabels.of(Heads.graph("logits", 2), map).union()).containsExactly("a", "b");
    assertThatThrownBy(() -> NetworkLabels.of(Heads.graph("logits", 3), map))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "m: expected 3 class names, one for each value of output logits, found 2; list them in"
                + " the order of the output");
    assertThatThrownBy(() -> NetworkLabels.of(Heads.graph("lo", 2), map))
        .hasMessage("m: there is no output logits; expected the classes of: lo");
    assertThatThrownBy(() -> NetworkLabels.of(Heads.graph(Map.of("logits", 2, "y", 1)), map))
        .hasMessageContaining("m: the classes of output y are missing; expected those of: ");
  }

  @Test
  void of_mapByTaskForOneOutput_isTheirUnion() {
    Map<String, List<String>> tasks = new LinkedHashMap<>();
    tasks.put("lo", List.of("a", "b"));
    tasks.put("hi", List.of("b", "c"));
    LabelMap map = new LabelMap("m", tasks);
    NetworkLabels labels = NetworkLabels.of(Heads.graph("logits", 3), map);
    assertThat(labels.of("logits")).containsExactly("a", "b", "c");
    assertThat(labels.tasks()).isEqualTo(tasks);
    assertThatThrownBy(() -> NetworkLabels.of(Heads.graph("logits", 4), map))
        .hasMessage(
            "m: expected 4 class names, one for each value of output logits, found 3 different ones;"
                + " list them in the order of the output");
  }

  @Test
  void stored_damaged_isRefused() {
    assertThatThrownBy(
            () ->
                NetworkLabels.stored(
                    Heads.graph("logits", 3), Map.of("logits", List.of("a")), Map.of()))
        .hasMessage("labels: output logits has 3 values, and 1 class names");
    assertThatThrownBy(
            () ->
                NetworkLabels.stored(
                    Heads.graph("logits", 1),
                    Map.of("logits", List.of("a")),
                    Map.of("lo", List.of("b"))))
        .hasMessage("tasks: lo has classes that no output has");
  }
}
