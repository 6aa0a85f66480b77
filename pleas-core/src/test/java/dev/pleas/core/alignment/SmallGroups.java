package dev.pleas.core.alignment;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.match.Matcher;
import dev.pleas.api.permutation.Axis;
import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.core.method.Merging;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Groups that belong to no network, and what matches their units. */
final class SmallGroups {
  private SmallGroups() {}

  /** Returns an exact matcher. */
  static Matcher matcher() {
    try (TensorBackend backend = Merging.backend()) {
      return Merging.tools(backend).matcher();
    }
  }

  /** Returns a group whose units have a component of each of these widths. */
  static Group group(int size, int... widths) {
    List<Component> components = new ArrayList<>();
    for (int c = 0; c < widths.length; c++) {
      TreeSet<Axis> axes = new TreeSet<>(List.of(new Axis("w" + c, 0), new Axis("v" + c, 1)));
      components.add(new Component(widths[c], axes, List.of("value" + c)));
    }
    return new Group("group", size, components);
  }
}
