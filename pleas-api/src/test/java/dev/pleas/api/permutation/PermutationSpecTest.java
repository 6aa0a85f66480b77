package dev.pleas.api.permutation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
        .hasMessage("group conv1 of size 1 with axes [conv1.weight:0] cannot move");
    assertThatThrownBy(() -> new Group("conv1", 2, new TreeSet<>(), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
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
