package dev.pleas.core.method;

import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.merge.PlanRequest;
import dev.pleas.api.merge.PlannedMerge;
import dev.pleas.api.merge.PlannedMethod;
import dev.pleas.core.alignment.Similarity;
import java.util.List;
import java.util.stream.Stream;

/**
 * PLeaS (arXiv:2407.02447): units are matched by their activations, the best-matched merged as far
 * as the budget demands, and every layer's weights set by least squares.
 */
final class PleasMethod implements PlannedMethod {
  private static final List<MethodParameter> OWN =
      List.of(
          new MethodParameter(
              "similarity",
              "distance",
              "how alike two units are: " + Settings.options(Similarity.class)),
          new MethodParameter(
              "refit",
              "merged",
              "inputs of the least-squares fits: merged (the network merged so far), sources (the"
                  + " paper's), none (no fit)"),
          Targets.PARAMETER,
          new MethodParameter(
              "ridge",
              "0.0001",
              "pull towards the initial weights, relative to the mean square of the inputs, at"
                  + " least 0"),
          OutputHeads.PARAMETER,
          Normalization.PARAMETER,
          new MethodParameter(
              "check-symmetry",
              "true",
              "prove the derived permutation symmetry on both networks before merging: true, false"),
          Calibration.ROWS_PER_COLUMN);

  static final List<MethodParameter> PARAMETERS =
      Stream.of(Budget.PARAMETERS, OWN, Calibration.PARAMETERS).flatMap(List::stream).toList();

  @Override
  public List<MethodParameter> parameters() {
    return PARAMETERS;
  }

  @Override
  public PlannedMerge plan(PlanRequest request) {
    return new PleasPlan(request, new Settings(PARAMETERS, request.parameters())).plan();
  }

  @Override
  public MergeResult merge(MergeRequest request) {
    return new PleasMerge(request, new Settings(PARAMETERS, request.parameters())).run();
  }
}
