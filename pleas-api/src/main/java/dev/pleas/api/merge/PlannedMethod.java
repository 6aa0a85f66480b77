package dev.pleas.api.merge;

/** A merge method that can say what it would make, without weights or data. */
public interface PlannedMethod extends MergeMethod {
  /**
   * Plans a merge: a {@link #merge} of such networks with these settings makes a network of the
   * planned graph.
   *
   * @throws dev.pleas.api.error.ConfigurationException if {@link #merge} would refuse the settings,
   *     or the plan depends on data
   * @throws dev.pleas.api.error.ModelException if the sources do not fit together
   */
  PlannedMerge plan(PlanRequest request);
}
