package dev.pleas.api.merge;

import dev.pleas.api.data.Samples;
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
 * @param statistics what {@link MergeMethod#statistics} computed for these sources earlier, or null
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
    @Nullable Statistics statistics,
    Map<String, String> parameters,
    long seed,
    Tools tools,
    Progress progress) {
  /**
   * Copies the collections and checks that every source has a name.
   *
   * @throws dev.pleas.api.error.ConfigurationException if there are labels, and not for each source
   *     and each value of its only output
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
      labels.requireFit(sources.stream().map(Model::graph).toList(), names);
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
    this(sources, names, null, calibration, null, parameters, seed, tools, progress);
  }

  /** Returns the same request for other networks of the same names. */
  public MergeRequest withSources(List<Model> others) {
    return new MergeRequest(
        others, names, labels, calibration, statistics, parameters, seed, tools, progress);
  }

  /** Returns the same request with calibration data. */
  public MergeRequest withCalibration(Samples some) {
    return new MergeRequest(
        sources, names, labels, some, statistics, parameters, seed, tools, progress);
  }

  /** Returns the same request with statistics. */
  public MergeRequest withStatistics(Statistics some) {
    return new MergeRequest(
        sources, names, labels, calibration, some, parameters, seed, tools, progress);
  }
}
