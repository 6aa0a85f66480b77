package dev.pleas.cli.merge;

import dev.pleas.cli.labels.LabelMap;
import dev.pleas.cli.statistics.SavedStatistics;
import dev.pleas.models.data.DataSpec;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A merge as it was asked for, by flags, a recipe, or both.
 *
 * @param models at least two
 * @param method id of a merge method
 * @param parameters the method's settings
 * @param calibration images to run the networks on, or null
 * @param statistics of calibration images, collected earlier, or null
 * @param evaluations what to measure the result on
 * @param labels the classes of the networks, or null
 * @param seed makes everything random repeatable
 */
public record MergePlan(
    List<NamedPath> models,
    String method,
    Map<String, String> parameters,
    @Nullable DataSpec calibration,
    @Nullable SavedStatistics statistics,
    List<EvaluationPlan> evaluations,
    @Nullable LabelMap labels,
    long seed) {
  /** Copies the collections. */
  public MergePlan {
    models = List.copyOf(models);
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    evaluations = List.copyOf(evaluations);
  }
}
