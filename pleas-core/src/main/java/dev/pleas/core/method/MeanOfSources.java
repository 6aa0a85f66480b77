package dev.pleas.core.method;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.PlanRequest;
import dev.pleas.api.merge.PlannedMerge;
import dev.pleas.api.model.Model;
import dev.pleas.core.partial.Layouts;
import dev.pleas.core.partial.PartialMerge;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Networks with their units taken as they stand, and the mean of their weights.
 *
 * @param request with heads as they are merged
 * @param heads what becomes of the heads
 * @param layouts in which everything else is merged
 * @param model the mean, separate heads still one layer
 * @param notes what a person should know; may be added to
 */
record MeanOfSources(
    MergeRequest request, OutputHeads heads, Layouts layouts, Model model, List<String> notes) {
  /**
   * Makes the mean of a request's networks.
   *
   * @throws dev.pleas.api.error.PleasException if they are not of one architecture
   */
  static MeanOfSources of(MergeRequest request, Settings settings) {
    List<String> notes = new ArrayList<>();
    OutputHeads heads = OutputHeads.of(settings, PlanRequest.of(request), notes);
    MergeRequest joined = heads.join(request);
    Layouts layouts = layouts(heads, PlanRequest.of(joined).sources());
    Model mean = PartialMerge.merge(joined.sources(), layouts);
    return new MeanOfSources(joined, heads, layouts, mean, notes);
  }

  /** Plans what {@link #of} and {@link #finish} make. */
  static PlannedMerge plan(PlanRequest request, Settings settings) {
    List<String> notes = new ArrayList<>();
    OutputHeads heads = OutputHeads.of(settings, request, notes);
    List<Graph> sources = heads.join(request.sources());
    Graph merged = PartialMerge.graph(sources.get(0), layouts(heads, sources));
    Normalization.recalibrates(settings);
    Calibration.check(settings, request);
    return new PlannedMerge(
        settings.all(), new MergeReport.Cost(1, 1, 1), List.of(), heads.split(merged), notes);
  }

  private static Layouts layouts(OutputHeads heads, List<Graph> sources) {
    return new Layouts(sources.get(0), sources.size(), Map.of(), heads.layouts());
  }

  /** Sets statistics of what was made of the mean, and gives each source its heads. */
  Model finish(Settings settings, Model made) {
    return heads.split(Normalization.recalibrated(request, settings, made, layouts, notes::add));
  }
}
