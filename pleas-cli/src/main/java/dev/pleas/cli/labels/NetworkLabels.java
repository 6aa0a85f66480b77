package dev.pleas.cli.labels;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.LabelSpaces;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The classes that a network tells apart.
 *
 * @param outputs the class of each value of each output, by the output's name
 * @param tasks the classes of each network that it was merged from, by the source's name; an output
 *     of that name has the same classes
 */
public record NetworkLabels(Map<String, List<String>> outputs, Map<String, List<String>> tasks) {
  /** Copies the maps. */
  public NetworkLabels {
    outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    tasks = Collections.unmodifiableMap(new LinkedHashMap<>(tasks));
  }

  /**
   * Returns the classes of a merged network: each task's where it has an output for each, and those
   * of all where it has one output for all.
   *
   * @param tasks the classes that its sources have learned, by the name of the task
   * @return null if its outputs are otherwise
   */
  static @Nullable NetworkLabels ofMerged(Graph merged, Map<String, List<String>> tasks) {
    Map<String, List<String>> outputs = outputs(merged, tasks);
    boolean fit =
        outputs.entrySet().stream()
            .allMatch(output -> output.getValue().size() == size(merged, output.getKey()));
    return fit ? new NetworkLabels(outputs, tasks) : null;
  }

  /**
   * Returns the classes of a network as a person gives them: by output, or, for a network with one
   * output for several tasks, by task.
   *
   * @throws ConfigurationException if names or numbers do not fit the outputs
   */
  public static NetworkLabels of(Graph graph, LabelMap map) {
    boolean byTask = graph.outputs().size() == 1 && map.classes().size() > 1;
    if (!byTask) {
      map.requireNames("output", List.copyOf(graph.outputs().keySet()));
    }
    Map<String, List<String>> outputs = outputs(graph, map.classes());
    outputs.forEach(
        (output, classes) -> {
          if (classes.size() != size(graph, output)) {
            throw new ConfigurationException(
                map.origin()
                    + ": expected "
                    + size(graph, output)
                    + " class names, one for each value of output "
                    + output
                    + ", found "
                    + classes.size()
                    + (byTask ? " different ones" : "")
                    + "; list them in the order of the output");
          }
        });
    return new NetworkLabels(outputs, map.classes());
  }

  /**
   * Returns the classes as they were stored with a network.
   *
   * @throws IllegalArgumentException if they are not those of its outputs
   */
  public static NetworkLabels stored(
      Graph graph, Map<String, List<String>> outputs, Map<String, List<String>> tasks) {
    for (String output : graph.outputs().keySet()) {
      List<String> classes = outputs.getOrDefault(output, List.of());
      if (classes.size() != size(graph, output)) {
        throw new IllegalArgumentException(
            "labels: output "
                + output
                + " has "
                + size(graph, output)
                + " values, and "
                + classes.size()
                + " class names");
      }
    }
    NetworkLabels labels = new NetworkLabels(outputs, tasks);
    List<String> union = labels.union(); // Refuses names that are not unique.
    tasks.forEach(
        (task, classes) -> {
          if (!union.containsAll(classes)) {
            throw new IllegalArgumentException(
                "tasks: " + task + " has classes that no output has");
          }
        });
    return labels;
  }

  /** An output named after a task has its classes; an only output that is not, those of all. */
  private static Map<String, List<String>> outputs(Graph graph, Map<String, List<String>> tasks) {
    // In the order of the tasks, so that the union of the outputs is that of the tasks.
    List<String> order = new ArrayList<>(tasks.keySet());
    order.retainAll(graph.outputs().keySet());
    graph.outputs().keySet().stream().filter(name -> !order.contains(name)).forEach(order::add);
    Map<String, List<String>> outputs = new LinkedHashMap<>();
    for (String output : order) {
      boolean all = graph.outputs().size() == 1 && !tasks.containsKey(output);
      outputs.put(
          output,
          all
              ? new LabelSpaces(List.copyOf(tasks.values())).union()
              : tasks.getOrDefault(output, List.of()));
    }
    return outputs;
  }

  private static long size(Graph graph, String output) {
    return graph.valueShape(graph.outputs().getOrDefault(output, "")).elements();
  }

  /** Returns the classes of all outputs, in the order in which they first appear. */
  public List<String> union() {
    return new LabelSpaces(List.copyOf(outputs.values())).union();
  }

  /** Returns the classes of an output, which must be there. */
  public List<String> of(String output) {
    List<String> classes = outputs.get(output);
    if (classes == null) {
      throw new IllegalArgumentException("no output " + output + " in " + outputs.keySet());
    }
    return classes;
  }
}
