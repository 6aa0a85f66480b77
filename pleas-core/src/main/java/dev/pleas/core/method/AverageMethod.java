package dev.pleas.core.method;

import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.merge.PlanRequest;
import dev.pleas.api.merge.PlannedMerge;
import dev.pleas.api.merge.PlannedMethod;
import java.util.List;
import java.util.stream.Stream;

/**
 * The plain mean of all weights, unit by unit as they stand: what every other method is held
 * against.
 */
final class AverageMethod implements PlannedMethod {
  private static final List<MethodParameter> PARAMETERS =
      Stream.concat(
              Stream.of(OutputHeads.PARAMETER, Normalization.PARAMETER),
              Calibration.PARAMETERS.stream())
          .toList();

  @Override
  public List<MethodParameter> parameters() {
    return PARAMETERS;
  }

  @Override
  public PlannedMerge plan(PlanRequest request) {
    return MeanOfSources.plan(request, new Settings(PARAMETERS, request.parameters()));
  }

  @Override
  public MergeResult merge(MergeRequest request) {
    Settings settings = new Settings(PARAMETERS, request.parameters());
    MeanOfSources mean = MeanOfSources.of(request, settings);
    return new MergeResult(
        mean.finish(settings, mean.model()),
        new MergeReport(
            settings.all(), null, List.of(), List.of(), List.of(), List.of(), mean.notes()));
  }
}
