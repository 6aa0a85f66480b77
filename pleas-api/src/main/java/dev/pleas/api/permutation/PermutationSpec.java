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
   * Units that move as wholes: a channel of a residual stream, or a whole attention head.
   *
   * @param name unique within the spec; the first value whose channels they are
   * @param size the number of units
   * @param components what a unit consists of: a channel of one component of width 1, a head of its
   *     queries and keys and of its values, as many of each as the head is wide
   */
  public record Group(String name, int size, List<Component> components) {
    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if nothing can move, or an axis or value is in two
     *     components
     */
    public Group {
      components = List.copyOf(components);
      Set<Object> seen = new HashSet<>();
      for (Component component : components) {
        for (Axis axis : component.axes()) {
          requireNew(name, axis.toString(), seen.add(axis));
        }
        for (String value : component.values()) {
          requireNew(name, "value " + value, seen.add(value));
        }
      }
      boolean moves = size >= 2 || components.stream().anyMatch(part -> part.width() >= 2);
      if (size < 1 || components.isEmpty() || !moves) {
        throw new IllegalArgumentException(
            "group " + name + " of size " + size + " with " + components + " cannot move");
      }
    }

    private static void requireNew(String group, String what, boolean isNew) {
      if (!isNew) {
        throw new IllegalArgumentException(
            "group " + group + ": " + what + " is in two components");
      }
    }

    /** A group of one component of width 1. */
    public Group(String name, int size, SortedSet<Axis> axes, List<String> values) {
      this(name, size, List.of(new Component(1, axes, values)));
    }

    /** Returns the parameter axes of all components; sorted. */
    public SortedSet<Axis> axes() {
      SortedSet<Axis> axes = new TreeSet<>();
      components.forEach(component -> axes.addAll(component.axes()));
      return axes;
    }

    /** Returns the graph values of all components. */
    public List<String> values() {
      return components.stream().flatMap(component -> component.values().stream()).toList();
    }
  }

  /**
   * Axes that move together, and the activations whose channels they are. Each unit has {@code
   * width} indices in a row, which move with it and may move within it, in each unit its own way.
   *
   * @param width indices of a unit, at least 1
   * @param axes the parameter axes; sorted
   * @param values the graph values whose channel axis (axis 1 with the batch counted) it is, in
   *     execution order
   */
  public record Component(int width, SortedSet<Axis> axes, List<String> values) {
    /** Copies the collections. */
    public Component {
      if (width < 1 || axes.isEmpty()) {
        throw new IllegalArgumentException(
            "a component of width " + width + " with axes " + axes + " cannot move");
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
