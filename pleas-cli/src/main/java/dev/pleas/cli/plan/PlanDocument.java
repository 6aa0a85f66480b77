package dev.pleas.cli.plan;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.PlannedMerge;
import dev.pleas.api.tensor.DType;
import dev.pleas.cli.merge.Workspace;
import dev.pleas.cli.output.MergeWriter;
import dev.pleas.cli.output.ReportDocument.Size;
import dev.pleas.cli.session.LoadedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a merge would make and take.
 *
 * @param architecture what a person calls the network
 * @param method id of the merge method
 * @param sources names of what would be merged
 * @param samples calibration images
 * @param settings every setting in force
 * @param source size of one source
 * @param merged size of the merged network as it is stored, zero blocks included
 * @param cost cost relative to one source, zero blocks not counted
 * @param groups widths of each permutation group
 * @param checkpointBytes length of the merged network's file
 * @param memory an estimate of the largest amounts of memory
 * @param time an estimate of the time; null where it was not asked for
 * @param notes what a person should know
 */
public record PlanDocument(
    String architecture,
    String method,
    List<String> sources,
    int samples,
    Map<String, String> settings,
    Size source,
    Size merged,
    MergeReport.Cost cost,
    List<Group> groups,
    long checkpointBytes,
    MemoryEstimate memory,
    @Nullable TimeEstimate time,
    List<String> notes) {
  /** Images that are assumed where none are named. */
  private static final int ASSUMED_SAMPLES = 1000;

  /**
   * One permutation group.
   *
   * @param name the group's name
   * @param size units in each source
   * @param merged sets of matched units that would be merged
   * @param apart sets that would be kept apart, a unit of each source
   * @param width units in the result
   */
  public record Group(String name, int size, int merged, int apart, int width) {}

  /**
   * Describes what a workspace's merge would make.
   *
   * @param dtype the type that the result would be written in; null for the sources'
   * @param measuresTime whether to run a small measurement to estimate the time
   * @throws dev.pleas.api.error.PleasException if the method refuses
   */
  public static PlanDocument of(Workspace workspace, @Nullable DType dtype, boolean measuresTime) {
    PlannedMerge merge = workspace.plannedMerge();
    List<Graph> sources = workspace.sources().stream().map(LoadedModel::graph).toList();
    List<String> notes = new ArrayList<>(merge.notes());
    int samples = workspace.calibrationSamples();
    if (samples == 0) {
      samples = ASSUMED_SAMPLES;
      notes.add(
          "no calibration data was named; "
              + ASSUMED_SAMPLES
              + " samples of the networks' usual size are assumed");
    }
    Graph result = merge.result();
    long batch = Math.max(1, MemoryEstimate.setting(merge.settings(), "batch-size", 1));
    List<LayerWork> layers =
        LayerWork.of(
            result, samples, MemoryEstimate.setting(merge.settings(), "rows-per-column", 0));
    MemoryEstimate memory = MemoryEstimate.of(sources, merge, layers, samples, batch);
    TimeEstimate time =
        measuresTime
            ? TimeEstimate.of(workspace.tools(), sources, result, layers, samples, batch)
            : null;
    return new PlanDocument(
        result.architecture(),
        workspace.plan().method(),
        workspace.names(),
        samples,
        merge.settings(),
        Size.of(sources.get(0)),
        Size.of(result),
        merge.cost(),
        merge.groups().stream()
            .map(g -> new Group(g.name(), g.size(), g.merged(), g.size() - g.merged(), g.width()))
            .toList(),
        MergeWriter.checkpointBytes(result, workspace.sources(), workspace.names(), dtype),
        memory,
        time,
        notes);
  }
}
