package dev.pleas.api.permutation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.api.permutation.PermutationSpec.Group;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PermutationSpecTest {
  private static Group group(String name, List<Axis> axes, String... values) {
    return new Group(name, 3, new TreeSet<>(axes), List.of(values));
  }

  private static final Axis ROWS = new Axis("conv1.weight", 0);
  private static final Axis COLUMNS = new Axis("conv2.weight", 1);
  private static final Axis OTHERS = new Axis("conv2.weight", 0);

  @Test
  void lookUps_findTheGroup() {
    Group first = group("conv1", List.of(COLUMNS, ROWS), "conv1", "relu1");
    Group second = group("conv2", List.of(OTHERS), "conv2");
    PermutationSpec spec = new PermutationSpec(List.of(first, second));

    assertThat(first.axes()).containsExactly(ROWS, COLUMNS);
    assertThat(spec.byAxis())
        .containsEntry(COLUMNS, first)
        .containsEntry(OTHERS, second)
        .hasSize(3);
    assertThat(spec.byValue()).containsEntry("relu1", first).hasSize(3);
    assertThat(spec.find("conv2")).isEqualTo(second);
    assertThat(spec.find("fc")).isNull();
  }

  @Test
  void new_groupsThatOverlap_areRefused() {
    Group first = group("conv1", List.of(ROWS), "conv1");
    assertRefused("two groups are named conv1", first, group("conv1", List.of(OTHERS)));
    assertRefused("conv1.weight:0 is in two groups", first, group("conv2", List.of(ROWS)));
    assertRefused("value conv1 is in two groups", first, group("c", List.of(OTHERS), "conv1"));
  }

  private static void assertRefused(String message, Group... groups) {
    assertThatThrownBy(() -> new PermutationSpec(List.of(groups)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void group_thatCannotMove_isRefused() {
    assertThatThrownBy(() -> new Group("conv1", 1, new TreeSet<>(List.of(ROWS)), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "group conv1 of size 1 with [Component[width=1, axes=[conv1.weight:0], values=[]]]"
                + " cannot move");
    for (int size : new int[] {0, -1}) {
      assertThatThrownBy(() -> new Group("heads", size, List.of(component(2, ROWS))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("group heads of size " + size + " with [");
    }
    assertThatThrownBy(() -> new Group("heads", 2, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("group heads of size 2 with [] cannot move");
  }

  private static Component component(int width, Axis axis, String... values) {
    return new Component(width, new TreeSet<>(List.of(axis)), List.of(values));
  }

  @Test
  void component_thatCannotMove_isRefused() {
    assertThatThrownBy(() -> component(0, ROWS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a component of width 0 with axes [conv1.weight:0] cannot move");
    assertThatThrownBy(() -> new Component(1, new TreeSet<>(), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a component of width 1 with axes [] cannot move");
  }

  @Test
  void group_ofSeveralComponents_hasTheAxesAndValuesOfAll() {
    Component queries = component(3, ROWS, "queries", "keys");
    Component values = component(2, OTHERS, "values");
    Group heads = new Group("queries", 4, List.of(queries, values));
    PermutationSpec spec = new PermutationSpec(List.of(heads));

    assertThat(heads.axes()).containsExactly(ROWS, OTHERS);
    assertThat(heads.values()).containsExactly("queries", "keys", "values");
    assertThat(spec.byAxis()).containsEntry(ROWS, heads).containsEntry(OTHERS, heads);
    assertThat(spec.byValue()).containsOnlyKeys("queries", "keys", "values");
    assertThat(new Group("c", 3, new TreeSet<>(List.of(ROWS)), List.of("c")))
        .isEqualTo(new Group("c", 3, List.of(component(1, ROWS, "c"))));
  }

  @Test
  void group_ofOneUnitWithSeveralIndices_canMove() {
    // One head: its dimensions move within it.
    assertThat(new Group("head", 1, List.of(component(1, OTHERS), component(2, ROWS))).size())
        .isEqualTo(1);
    assertThatThrownBy(
            () -> new Group("head", 1, List.of(component(1, OTHERS), component(1, ROWS))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith(" cannot move");
  }

  @Test
  void group_ofOverlappingComponents_isRefused() {
    assertOverlap("conv1.weight:0", component(1, ROWS, "a"), component(2, ROWS, "b"));
    assertOverlap("value a", component(1, ROWS, "a"), component(2, OTHERS, "a"));
  }

  private static void assertOverlap(String what, Component... components) {
    assertThatThrownBy(() -> new Group("heads", 2, List.of(components)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("group heads: " + what + " is in two components");
  }

  @Test
  void new_componentsOfTwoGroupsThatOverlap_areRefused() {
    Group first = new Group("heads", 2, List.of(component(1, ROWS), component(3, COLUMNS, "v")));
    assertRefused(
        "conv2.weight:1 is in two groups",
        first,
        new Group("b", 2, List.of(component(1, OTHERS), component(1, COLUMNS))));
    assertRefused("value v is in two groups", first, group("c", List.of(OTHERS), "v"));
  }

  @Test
  void new_collections_areCopiedAndSorted() {
    TreeSet<Axis> axes = new TreeSet<>(List.of(COLUMNS, ROWS));
    Component component = new Component(1, axes, List.of());
    axes.clear();

    assertThat(component.axes()).containsExactly(ROWS, COLUMNS);
    assertThatThrownBy(() -> component.axes().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void axis_ordersByNameAndNumber() {
    assertThat(List.of(COLUMNS, ROWS, OTHERS)).isNotEqualTo(List.of(ROWS, OTHERS, COLUMNS));
    assertThat(new TreeSet<>(List.of(COLUMNS, ROWS, OTHERS)))
        .containsExactly(ROWS, OTHERS, COLUMNS);
    assertThat(ROWS).hasToString("conv1.weight:0");
    assertThatThrownBy(() -> new Axis("w", -1)).hasMessage("w: axis -1");
  }
}
