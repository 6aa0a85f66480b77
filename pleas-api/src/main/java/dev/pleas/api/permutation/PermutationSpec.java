package dev.pleas.api.permutation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The permutation symmetry of a network (Ainsworth et al., arXiv:2209.04836): groups of axes that
 * must be permuted together for the network's function to stay the same.
 *
 * @param groups in execution order of their first unit
 */
public record PermutationSpec(List<Group> groups) {
  /**
   * Axes that move together, and the activations whose channels they are.
   *
   * @param name unique within the spec; the first weight that produces the units
   * @param size the number of units, at least 2
   * @param axes the parameter axes that index the units; sorted
   * @param values the graph values whose channel axis (axis 1 with the batch counted) indexes the
   *     units, in execution order
   */
  public record Group(String name, int size, SortedSet<Axis> axes, List<String> values) {
    /** Copies the collections. */
    public Group {
      if (size < 2 || axes.isEmpty()) {
        throw new IllegalArgumentException(
            "group " + name + " of size " + size + " with axes " + axes + " cannot move");
      }
      axes = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(axes));
      values = List.copyOf(values);
    }
  }

  /**
   * Copies the list and checks that names are unique and no axis or value is in two groups.
   *
   * @throws IllegalArgumentException otherwise
   */
  public PermutationSpec {
    groups = List.copyOf(groups);
    Set<Object> seen = new HashSet<>();
    for (Group group : groups) {
      if (!seen.add("group " + group.name())) {
        throw new IllegalArgumentException("two groups are named " + group.name());
      }
      for (Axis axis : group.axes()) {
        if (!seen.add(axis)) {
          throw new IllegalArgumentException(axis + " is in two groups");
        }
      }
      for (String value : group.values()) {
        if (!seen.add("value " + value)) {
          throw new IllegalArgumentException("value " + value + " is in two groups");
        }
      }
    }
  }

  /** Returns the groups by parameter axis. */
  public Map<Axis, Group> byAxis() {
    Map<Axis, Group> map = new HashMap<>();
    groups.forEach(group -> group.axes().forEach(axis -> map.put(axis, group)));
    return map;
  }

  /** Returns the groups by the graph values whose channels they are. */
  public Map<String, Group> byValue() {
    Map<String, Group> map = new LinkedHashMap<>();
    groups.forEach(group -> group.values().forEach(value -> map.put(value, group)));
    return map;
  }

  /** Returns the group with this name, or null. */
  public @Nullable Group find(String name) {
    for (Group group : groups) {
      if (group.name().equals(name)) {
        return group;
      }
    }
    return null;
  }
}
