package dev.pleas.api.merge;

import dev.pleas.api.data.Samples;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Model;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to merge, and how.
 *
 * @param sources at least two networks of one architecture
 * @param names one short name for each source, unique, {@code [A-Za-z0-9_-]+}; used to name
 *     separate heads
 * @param labels the classes of each source's output, or null where they are not known; only for
 *     sources with one output
 * @param calibration inputs to run the sources on, or null for methods that need none
 * @param parameters the method's settings by name; those not given take their defaults
 * @param seed makes everything random repeatable
 * @param tools the implementations to work with
 * @param progress is told how far the merge has come
 */
public record MergeRequest(
    List<Model> sources,
    List<String> names,
    @Nullable LabelSpaces labels,
    @Nullable Samples calibration,
    Map<String, String> parameters,
    long seed,
    Tools tools,
    Progress progress) {
  /**
   * Copies the collections and checks that every source has a name.
   *
   * @throws ConfigurationException if there are labels, and not for each source and each value of
   *     its only output
   */
  public MergeRequest {
    sources = List.copyOf(sources);
    names = List.copyOf(names);
    parameters = Map.copyOf(parameters);
    if (sources.size() < 2 || names.size() != sources.size()) {
      throw new IllegalArgumentException(
          sources.size() + " sources and " + names.size() + " names: expected two or more of each");
    }
    if (names.stream().distinct().count() != names.size()
        || !names.stream().allMatch(name -> name.matches("[A-Za-z0-9_-]+"))) {
      throw new IllegalArgumentException("names must be unique and match [A-Za-z0-9_-]+: " + names);
    }
    if (labels != null) {
      check(labels, sources, names);
    }
  }

  /** Describes a merge of networks whose classes are not known. */
  public MergeRequest(
      List<Model> sources,
      List<String> names,
      @Nullable Samples calibration,
      Map<String, String> parameters,
      long seed,
      Tools tools,
      Progress progress) {
    this(sources, names, null, calibration, parameters, seed, tools, progress);
  }

  /** Returns the same request for other networks of the same names. */
  public MergeRequest withSources(List<Model> others) {
    return new MergeRequest(others, names, labels, calibration, parameters, seed, tools, progress);
  }

  private static void check(LabelSpaces labels, List<Model> sources, List<String> names) {
    int lists = labels.classes().size();
    if (lists != sources.size()) {
      throw new ConfigurationException(
          "labels: expected the classes of each of " + names + ", found " + lists + " lists");
    }
    for (int i = 0; i < lists; i++) {
      Graph graph = sources.get(i).graph();
      if (graph.outputs().size() != 1) {
        throw new ConfigurationException(
            "labels of "
                + names.get(i)
                + ": the network has the outputs "
                + graph.outputs().keySet()
                + ", and labels are for networks with one; merge without labels");
      }
      long values = graph.valueShape(graph.outputs().values().iterator().next()).elements();
      if (labels.classes().get(i).size() != values) {
        throw new ConfigurationException(
            "labels of "
                + names.get(i)
                + ": expected "
                + values
                + " class names, one for each value of the network's output, found "
                + labels.classes().get(i).size()
                + "; list them in the order of the output");
      }
    }
  }
}
