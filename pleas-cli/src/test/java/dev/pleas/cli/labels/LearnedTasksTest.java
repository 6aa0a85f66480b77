package dev.pleas.cli.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.cli.labels.LearnedTasks.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LearnedTasksTest {
  private static final Graph TWO = Heads.graph(ordered("lo", 2, "hi", 1));
  private static final Graph ONE = Heads.graph("logits", 3);
  private static final NetworkLabels STORED =
      new NetworkLabels(
          ordered("lo", List.of("cat", "dog"), "hi", List.of("owl")), ordered("lo", List.of()));

  private static LearnedTasks tasks(
      List<Graph> graphs, @Nullable LabelMap map, @Nullable NetworkLabels... stored) {
    List<@Nullable NetworkLabels> all = new ArrayList<>(Arrays.asList(stored));
    while (all.size() < graphs.size()) {
      all.add(null);
    }
    return LearnedTasks.of(List.of("h", "all", "z").subList(0, graphs.size()), graphs, all, map);
  }

  @SuppressWarnings("unchecked")
  private static <V> Map<String, V> ordered(Object... entries) {
    Map<String, V> map = new LinkedHashMap<>();
    for (int i = 0; i < entries.length; i += 2) {
      map.put((String) entries[i], (V) entries[i + 1]);
    }
    return map;
  }

  @Test
  void of_severalOutputs_areTasksOfTheirOwn() {
    LearnedTasks tasks = tasks(List.of(TWO, ONE), null);
    assertThat(tasks.tasks().stream().map(Task::name)).containsExactly("h-lo", "h-hi", "all");
    assertThat(tasks.labeled()).isFalse();
    assertThat(tasks.spaces()).isNull();
    assertThat(tasks.labels(0)).isNull();
    assertThat(tasks.find(0, "h-hi").output()).isEqualTo("hi");
    assertThat(tasks.find(0, null)).as("one of two").isNull();
    assertThat(tasks.find(1, null).name()).isEqualTo("all");
    assertThat(tasks.find(1, "h-hi")).isNull();
    assertThat(tasks.find(0, "lo")).as("not all networks have it").isNull();
    assertThat(tasks.heads()).containsExactly("h-lo", "h-hi", "all");
  }

  @Test
  void heads_ofNetworksWithTheSameOutputs_areThese_too() {
    LearnedTasks tasks = tasks(List.of(TWO, TWO), null);
    assertThat(tasks.heads()).containsExactly("h-lo", "h-hi", "all-lo", "all-hi", "lo", "hi");
    assertThat(tasks.find(1, "lo").name()).isEqualTo("all-lo");
  }

  @Test
  void of_mapForSomeAndStoredForOthers_knowsAll() {
    LabelMap map = new LabelMap("m", Map.of("all", List.of("dog", "fox", "ant")));
    LearnedTasks tasks = tasks(List.of(TWO, ONE), map, STORED);
    assertThat(tasks.labeled()).isTrue();
    assertThat(tasks.union()).containsExactly("cat", "dog", "owl", "fox", "ant");
    assertThat(tasks.spaces()).as("a network with two outputs").isNull();
    assertThat(tasks.labels(0).outputs()).isEqualTo(STORED.outputs());
    NetworkLabels merged = tasks.ofMerged(Heads.graph(ordered("h-lo", 2, "h-hi", 1, "all", 3)));
    assertThat(merged.of("h-lo")).containsExactly("cat", "dog");
    assertThat(merged.of("all")).containsExactly("dog", "fox", "ant");
    assertThat(merged.tasks().keySet()).containsExactly("h-lo", "h-hi", "all");
  }

  @Test
  void of_storedWithAllThatHaveOneOutput_areLabelSpaces() {
    NetworkLabels stored = new NetworkLabels(Map.of("logits", List.of("a", "b", "c")), Map.of());
    LearnedTasks tasks = tasks(List.of(ONE, ONE), null, stored, stored);
    assertThat(tasks.spaces().classes()).containsOnly(List.of("a", "b", "c"));
    assertThat(tasks(List.of(ONE, ONE), null, stored).spaces()).isNull();
  }

  @Test
  void of_mapInAnotherOrder_isThatOfTheNames() {
    LabelMap map =
        new LabelMap("m", ordered("all", List.of("c", "d", "e"), "h", List.of("a", "b")));
    assertThat(tasks(List.of(Heads.graph("x", 2), ONE), map).spaces().classes())
        .containsExactly(List.of("a", "b"), List.of("c", "d", "e"));
  }

  @Test
  void of_mapOfOtherSourcesOrCounts_namesWhatDoesNotFit() {
    List<Graph> graphs = List.of(TWO, ONE);
    LabelMap unknown = new LabelMap("m", Map.of("h", List.of("a")));
    assertThatThrownBy(() -> tasks(graphs, unknown, STORED))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("m: there is no source h; expected the classes of: h-lo, h-hi, all");
    LabelMap missing = new LabelMap("m", Map.of("all", List.of("a", "b", "c")));
    assertThatThrownBy(() -> tasks(graphs, missing))
        .hasMessage(
            "m: the classes of source h-lo are missing; expected those of: h-lo, h-hi, all");
    LabelMap few = new LabelMap("m", Map.of("all", List.of("a", "b")));
    assertThatThrownBy(() -> tasks(graphs, few, STORED))
        .hasMessage(
            "m: labels of all: expected 3 class names, one for each value of the network's output,"
                + " found 2; list them in the order of the output");
  }

  @Test
  void ofMerged_outputsOfAllNetworks_haveTheirClassesWhereTheyAgree() {
    LearnedTasks alike = tasks(List.of(TWO, TWO), null, STORED, STORED);
    assertThat(alike.ofMerged(TWO).outputs()).isEqualTo(STORED.outputs());
    NetworkLabels other =
        new NetworkLabels(
            ordered("lo", List.of("cat", "ant"), "hi", List.of("owl")), ordered("lo", List.of()));
    assertThat(tasks(List.of(TWO, TWO), null, STORED, other).ofMerged(TWO)).isNull();
    assertThat(tasks(List.of(TWO, TWO), null).ofMerged(TWO)).isNull();
  }
}
