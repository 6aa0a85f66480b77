package dev.pleas.api.merge;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The classes that several networks tell apart, by name: equal names are one class, in whatever
 * networks and at whatever index they stand. Labels describe a network's only output; networks with
 * several outputs have none.
 *
 * @param classes for each source, the name of the class of each index of its output; unique and not
 *     blank within a source
 */
public record LabelSpaces(List<List<String>> classes) {
  /**
   * Copies the lists and checks them.
   *
   * @throws IllegalArgumentException if there is no source, a source has no class, or a name is
   *     blank or stands twice in one source
   */
  public LabelSpaces {
    classes = classes.stream().map(List::copyOf).toList();
    if (classes.isEmpty()) {
      throw new IllegalArgumentException("labels: expected the classes of at least one source");
    }
    for (int source = 0; source < classes.size(); source++) {
      check(source, classes.get(source));
    }
  }

  private static void check(int source, List<String> names) {
    if (names.isEmpty()) {
      throw new IllegalArgumentException("labels of source " + source + ": expected classes");
    }
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).isBlank()) {
        throw new IllegalArgumentException(
            "labels of source " + source + ": the name of class " + i + " is blank");
      }
      if (!seen.add(names.get(i))) {
        throw new IllegalArgumentException(
            "labels of source "
                + source
                + ": two classes are named "
                + names.get(i)
                + "; names must be unique within a source");
      }
    }
  }

  /** Returns the names of all classes, in the order in which they first appear over the sources. */
  public List<String> union() {
    Set<String> union = new LinkedHashSet<>();
    classes.forEach(union::addAll);
    return List.copyOf(union);
  }

  /**
   * Returns where a source's classes stand in the union: output index i is class {@code
   * union().get(indices[i])}.
   *
   * @param source its position
   * @return a new array, as long as the source has classes
   * @throws IndexOutOfBoundsException if there is no such source
   */
  public int[] unionIndices(int source) {
    List<String> union = union();
    Map<String, Integer> positions = new HashMap<>();
    union.forEach(name -> positions.put(name, positions.size()));
    return classes.get(source).stream()
        .mapToInt(name -> positions.getOrDefault(name, -1))
        .toArray();
  }

  /** Returns whether all sources have the same classes in the same order. */
  public boolean identical() {
    return classes.stream().allMatch(classes.get(0)::equals);
  }

  /**
   * Refuses networks that these are not the classes of.
   *
   * @param graphs of the sources
   * @param names of the sources
   * @throws ConfigurationException if there are not as many networks, or one has several outputs or
   *     another number of classes, naming it
   */
  public void requireFit(List<Graph> graphs, List<String> names) {
    if (classes.size() != graphs.size()) {
      throw new ConfigurationException(
          "labels: expected the classes of each of "
              + names
              + ", found "
              + classes.size()
              + " lists");
    }
    for (int source = 0; source < graphs.size(); source++) {
      Graph graph = graphs.get(source);
      if (graph.outputs().size() != 1) {
        throw new ConfigurationException(
            "labels of "
                + names.get(source)
                + ": the network has the outputs "
                + graph.outputs().keySet()
                + ", and labels are for networks with one; merge without labels");
      }
      long values = graph.valueShape(graph.outputs().values().iterator().next()).elements();
      if (classes.get(source).size() != values) {
        throw new ConfigurationException(
            "labels of "
                + names.get(source)
                + ": expected "
                + values
                + " class names, one for each value of the network's output, found "
                + classes.get(source).size()
                + "; list them in the order of the output");
      }
    }
  }
}
