package dev.pleas.cli.labels;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.LabelSpaces;
import dev.pleas.core.partial.SeparateHeads;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What networks that are to be merged have learned: a task for each output of each of them.
 *
 * @param tasks in the order of the networks and of their outputs
 * @param networks how many networks there are
 * @param labeled whether the classes of all tasks are known
 */
public record LearnedTasks(List<Task> tasks, int networks, boolean labeled) {
  /**
   * An output of a network.
   *
   * @param name what it is called in a merged network where every source keeps its own
   * @param network whose it is
   * @param output its name there
   * @param classes the class of each of its values; empty if not known
   */
  public record Task(String name, int network, String output, List<String> classes) {
    /** Copies the list. */
    public Task {
      classes = List.copyOf(classes);
    }
  }

  /** Copies the list. */
  public LearnedTasks {
    tasks = List.copyOf(tasks);
  }

  /**
   * Finds what networks have learned: its classes by the map, or else as they were stored with a
   * network.
   *
   * @param names of the networks
   * @param stored what was stored with each network, or null
   * @param map what a person says, or null
   * @throws dev.pleas.api.error.ConfigurationException if there is a map, and with it the classes
   *     of some task are not known, or not those of its output
   */
  public static LearnedTasks of(
      List<String> names,
      List<Graph> graphs,
      List<@Nullable NetworkLabels> stored,
      @Nullable LabelMap map) {
    Map<String, List<String>> classes = new LinkedHashMap<>();
    List<Task> tasks = new ArrayList<>();
    for (int i = 0; i < graphs.size(); i++) {
      @Nullable NetworkLabels own = stored.get(i);
      for (String output : graphs.get(i).outputs().keySet()) {
        String name = SeparateHeads.outputName(names.get(i), graphs.get(i), output);
        if (own != null) {
          classes.put(name, own.of(output));
        }
        tasks.add(new Task(name, i, output, List.of()));
      }
    }
    if (map != null) {
      classes.putAll(map.classes());
      LabelMap all = new LabelMap(map.origin(), classes);
      all.requireNames("source", tasks.stream().map(Task::name).toList());
      for (Task task : tasks) {
        all.requireFit(task.name(), graphs.get(task.network()), task.output());
      }
    }
    boolean labeled = tasks.stream().allMatch(task -> classes.containsKey(task.name()));
    return new LearnedTasks(
        tasks.stream()
            .map(
                task ->
                    new Task(
                        task.name(),
                        task.network(),
                        task.output(),
                        labeled ? classes.getOrDefault(task.name(), List.of()) : List.of()))
            .toList(),
        graphs.size(),
        labeled);
  }

  /** Returns the classes of every network, if they are known and each has one output, else null. */
  public @Nullable LabelSpaces spaces() {
    return labeled && tasks.size() == networks
        ? new LabelSpaces(tasks.stream().map(Task::classes).toList())
        : null;
  }

  /** Returns all classes, in the order in which they first appear. */
  public List<String> union() {
    Set<String> union = new LinkedHashSet<>();
    tasks.forEach(task -> union.addAll(task.classes()));
    return List.copyOf(union);
  }

  /**
   * Returns the names by which a person may choose a head of the merged network: those of the
   * tasks, and of outputs that all networks have.
   */
  public List<String> heads() {
    Set<String> heads = new LinkedHashSet<>();
    tasks.forEach(task -> heads.add(task.name()));
    tasks.stream().map(Task::output).filter(this::common).forEach(heads::add);
    return List.copyOf(heads);
  }

  private boolean common(String output) {
    return tasks.stream().filter(task -> task.output().equals(output)).count() == networks;
  }

  /**
   * Returns a network's task that is called so, or whose output is and every network has it.
   *
   * @param head null for the only one
   * @return null if it has none, or several and none was named
   */
  public @Nullable Task find(int network, @Nullable String head) {
    List<Task> own = of(network);
    if (head == null) {
      return own.size() == 1 ? own.get(0) : null;
    }
    return own.stream()
        .filter(
            task ->
                task.name().equals(head) || (task.output().equals(head) && common(task.output())))
        .findFirst()
        .orElse(null);
  }

  /** Returns a network's tasks. */
  public List<Task> of(int network) {
    return tasks.stream().filter(task -> task.network() == network).toList();
  }

  /** Returns the classes of a network's outputs, or null if they are not known. */
  public @Nullable NetworkLabels labels(int network) {
    if (!labeled) {
      return null;
    }
    Map<String, List<String>> outputs = new LinkedHashMap<>();
    Map<String, List<String>> byName = new LinkedHashMap<>();
    for (Task task : of(network)) {
      outputs.put(task.output(), task.classes());
      byName.put(task.name(), task.classes());
    }
    return new NetworkLabels(outputs, byName);
  }

  /**
   * Returns the classes of a merged network: each task's where it has an output for each, those of
   * all where it has one output for all, and where it has the outputs of the networks, theirs.
   *
   * @return null if they are not known, its outputs are otherwise, or networks whose outputs were
   *     merged have other classes
   */
  public @Nullable NetworkLabels ofMerged(Graph merged) {
    if (!labeled) {
      return null;
    }
    Map<String, List<String>> byName = new LinkedHashMap<>();
    boolean shared =
        tasks.size() > networks && merged.outputs().keySet().stream().allMatch(this::common);
    for (Task task : tasks) {
      String name = shared ? task.output() : task.name();
      List<String> before = byName.put(name, task.classes());
      if (before != null && !before.equals(task.classes())) {
        return null;
      }
    }
    return NetworkLabels.ofMerged(merged, byName);
  }
}
