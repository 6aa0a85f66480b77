package dev.pleas.api.merge;

import dev.pleas.api.graph.Graph;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a merge would make, as its report would say it.
 *
 * @param settings every setting in force, defaults included
 * @param cost what the result would cost relative to one source
 * @param groups one entry per permutation group; empty where a method has none
 * @param result the graph of the merged network
 * @param notes what a person should know
 */
public record PlannedMerge(
    Map<String, String> settings,
    MergeReport.Cost cost,
    List<Group> groups,
    Graph result,
    List<String> notes) {
  /** Copies the collections. */
  public PlannedMerge {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    groups = List.copyOf(groups);
    notes = List.copyOf(notes);
  }

  /**
   * One permutation group.
   *
   * @param name the group's name
   * @param size units in each source
   * @param merged sets of matched units that would be merged
   * @param width units in the result
   */
  public record Group(String name, int size, int merged, int width) {}
}
