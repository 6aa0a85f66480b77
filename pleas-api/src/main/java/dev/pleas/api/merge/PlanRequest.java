package dev.pleas.api.merge;

import dev.pleas.api.graph.Graph;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a merge is to be planned of: a {@link MergeRequest} without weights and data.
 *
 * @param sources the graphs of at least two networks of one architecture
 * @param names one short name for each source
 * @param labels the classes of each source's output, or null where they are not known
 * @param parameters the method's settings by name; those not given take their defaults
 */
public record PlanRequest(
    List<Graph> sources,
    List<String> names,
    @Nullable LabelSpaces labels,
    Map<String, String> parameters) {
  /** Copies the collections and checks that every source has a name. */
  public PlanRequest {
    sources = List.copyOf(sources);
    names = List.copyOf(names);
    parameters = Map.copyOf(parameters);
    if (sources.size() < 2 || names.size() != sources.size()) {
      throw new IllegalArgumentException(
          sources.size() + " sources and " + names.size() + " names: expected two or more of each");
    }
  }

  /** Returns what is to be planned of a merge. */
  public static PlanRequest of(MergeRequest request) {
    return new PlanRequest(
        request.sources().stream().map(source -> source.graph()).toList(),
        request.names(),
        request.labels(),
        request.parameters());
  }
}
