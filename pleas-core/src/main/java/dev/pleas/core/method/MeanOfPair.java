package dev.pleas.core.method;

import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.model.Model;
import dev.pleas.core.partial.Heads;
import dev.pleas.core.partial.Layouts;
import dev.pleas.core.partial.PartialMerge;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Two networks with their units taken as they stand, and the mean of their weights.
 *
 * @param heads nodes whose outputs stay apart
 * @param layouts in which everything else is merged
 * @param model the mean, separate heads still one layer
 * @param notes what a person should know; may be added to
 */
record MeanOfPair(Set<String> heads, Layouts layouts, Model model, List<String> notes) {
  /**
   * Makes the mean of a request's networks.
   *
   * @throws dev.pleas.api.error.PleasException if there are not two of one architecture
   */
  static MeanOfPair of(MergeRequest request, Settings settings) {
    SameArchitecture.requirePair(request);
    List<String> notes = new ArrayList<>();
    Set<String> heads = HeadMode.resolve(settings, request, notes);
    SameArchitecture.check(request.sources(), request.names(), heads);
    Model a = request.sources().get(0);
    Model b = request.sources().get(1);
    Layouts layouts = new Layouts(a.graph(), b.graph(), Map.of(), heads);
    return new MeanOfPair(heads, layouts, PartialMerge.merge(a, b, layouts), notes);
  }

  /** Sets statistics of what was made of the mean, and gives each source its head. */
  Model finish(MergeRequest request, Settings settings, Model made) {
    return Heads.split(
        Normalization.recalibrated(request, settings, made, layouts, notes::add),
        layouts,
        heads,
        request.names());
  }
}
