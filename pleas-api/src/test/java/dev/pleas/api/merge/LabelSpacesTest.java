package dev.pleas.api.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelSpacesTest {
  private static final LabelSpaces THREE =
      new LabelSpaces(
          List.of(List.of("cat", "dog"), List.of("fox", "cat", "owl"), List.of("owl", "dog")));

  @Test
  void union_overlapping_isInOrderOfFirstAppearance() {
    assertThat(THREE.union()).containsExactly("cat", "dog", "fox", "owl");
  }

  @Test
  void unionIndices_everySource_findItsNames() {
    assertThat(THREE.unionIndices(0)).containsExactly(0, 1);
    assertThat(THREE.unionIndices(1)).containsExactly(2, 0, 3);
    assertThat(THREE.unionIndices(2)).containsExactly(3, 1);
    assertThatThrownBy(() -> THREE.unionIndices(3)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void identical_sameListsOnly_isTrue() {
    List<String> ab = List.of("a", "b");
    assertThat(new LabelSpaces(List.of(ab, ab, ab)).identical()).isTrue();
    assertThat(new LabelSpaces(List.of(ab, ab, List.of("b", "a"))).identical()).isFalse();
    assertThat(new LabelSpaces(List.of(ab, List.of("a"))).identical()).isFalse();
    assertThat(THREE.identical()).isFalse();
  }

  @Test
  void new_lists_areCopied() {
    List<String> names = new ArrayList<>(List.of("a"));
    LabelSpaces labels = new LabelSpaces(List.of(names));
    names.add("b");
    assertThat(labels.classes()).containsExactly(List.of("a"));
  }

  @Test
  void new_badNames_areRefused() {
    assertRefused("labels: expected the classes of at least one source", List.of());
    assertRefused("labels of source 1: expected classes", List.of(List.of("a"), List.of()));
    assertRefused("labels of source 0: the name of class 1 is blank", List.of(List.of("a", " ")));
    assertRefused(
        "labels of source 1: two classes are named a; names must be unique within a source",
        List.of(List.of("a"), List.of("a", "b", "a")));
  }

  private static void assertRefused(String message, List<List<String>> classes) {
    assertThatThrownBy(() -> new LabelSpaces(classes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
